package problem

func autodiscoverRows() []Entry { return nil }
