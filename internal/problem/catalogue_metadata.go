package problem

func metadataRows() []Entry { return nil }
