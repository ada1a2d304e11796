package problem

func accessRows() []Entry { return nil }
