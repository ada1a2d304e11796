package problem

import "net/http"

// Failures of the typed settings that cmdlets change.
const (
	SettingsConflict Code = "settings.conflict"
	SettingsDocument Code = "settings.document"
	SettingsName     Code = "settings.name"
)

func settingsRows() []Entry {
	return []Entry{{
		Code:       SettingsConflict,
		Title:      "somebody else changed the settings in the meantime",
		Cause:      "The settings have a newer version than the one this change was made from.",
		Remedy:     "Read the settings again with the matching Get- cmdlet and repeat the change.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:   SettingsDocument,
		Title:  "the stored settings cannot be read",
		Cause:  "A document in the settings table is not of the form this version expects, or is larger than 1 MiB.",
		Remedy: "Look at what was written last in the change log, and write the settings anew with the matching Set- cmdlet.",
	}, {
		Code:       SettingsName,
		Title:      "that name cannot be used",
		Cause:      "Names of settings have 1 to 256 bytes of printable UTF-8 text.",
		Remedy:     "Choose a shorter name without control characters.",
		HTTPStatus: http.StatusBadRequest,
	}}
}
