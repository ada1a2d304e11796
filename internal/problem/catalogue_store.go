package problem

func storeRows() []Entry { return nil }
