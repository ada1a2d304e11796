package problem

// Mistakes in the boot file, the environment and the flags.
const (
	ConfigMissing      Code = "config.missing"
	ConfigUnreadable   Code = "config.unreadable"
	ConfigSyntax       Code = "config.syntax"
	ConfigUnknownKey   Code = "config.unknown-key"
	ConfigDuplicateKey Code = "config.duplicate-key"
	ConfigType         Code = "config.type"
	ConfigValue        Code = "config.value"
	ConfigRequired     Code = "config.required"
	ConfigConflict     Code = "config.conflict"
	ConfigFile         Code = "config.file"
)

func configRows() []Entry {
	return []Entry{{
		Code:   ConfigMissing,
		Title:  "there is no boot file",
		Cause:  "The file named with --config, or the default one, does not exist.",
		Remedy: "Make one from the example: matchseal config describe > matchseal.yaml",
	}, {
		Code:   ConfigUnreadable,
		Title:  "the boot file cannot be read",
		Cause:  "The account that runs matchseal may not read the file, or it is not a boot file at all.",
		Remedy: "Check owner and size with ls -l, and that --config names the right file.",
	}, {
		Code:   ConfigSyntax,
		Title:  "the boot file is not well-formed YAML",
		Cause:  "Wrong indentation, a missing colon or quote, a tab, or a character pasted from a document.",
		Remedy: "Correct the line that the message names, then run: matchseal config test",
	}, {
		Code:   ConfigUnknownKey,
		Title:  "the boot file has a key that does not exist",
		Cause:  "A key is misspelt, stands in the wrong group, or belongs to another version.",
		Remedy: "Use the key that the message suggests; matchseal config describe prints all of them.",
	}, {
		Code:   ConfigDuplicateKey,
		Title:  "the boot file sets a key twice",
		Cause:  "The same key stands twice in one group, and only one of them could count.",
		Remedy: "Delete one of the two lines that the message names.",
	}, {
		Code:   ConfigType,
		Title:  "a value has the wrong type",
		Cause:  "A number, a list or a text stands where something else is needed.",
		Remedy: "Write the value in the form that the message shows, then run: matchseal config test",
	}, {
		Code:   ConfigValue,
		Title:  "a value cannot be used",
		Cause:  "A name, an address, a path or a choice is not of the form that its key needs.",
		Remedy: "Correct the value as the message says, then run: matchseal config test",
	}, {
		Code:   ConfigRequired,
		Title:  "a value is missing",
		Cause:  "A key that has no default is not set.",
		Remedy: "Add the key that the message names; matchseal config describe shows an example.",
	}, {
		Code:   ConfigConflict,
		Title:  "two settings exclude each other",
		Cause:  "Two listeners use one address, two roles use one database, or one role is there twice.",
		Remedy: "Change one of the two settings that the message names, then run: matchseal config test",
	}, {
		Code:   ConfigFile,
		Title:  "a file that the boot file names cannot be used",
		Cause:  "A certificate or key file is missing, unreadable, or can be read by everybody.",
		Remedy: "Correct the path, or the rights as the message says, then run: matchseal config test",
	}}
}
