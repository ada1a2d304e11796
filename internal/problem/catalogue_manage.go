package problem

func manageRows() []Entry { return nil }
