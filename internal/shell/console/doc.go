// Package console is the shell's terminal: it reads lines with editing,
// history and tab completion, shows the prompts, asks the questions, and hands
// complete texts to a shell.Session. Without a terminal it reads a script and
// answers from where they can come.
//
// It owns what is typed and shown. It evaluates nothing and lays nothing out.
package console
