package autodiscoverserver

import (
	"fmt"
	"slices"

	"github.com/matchseal/matchseal/autodiscover"
)

// supportedSchemas are the EWS schema versions that the EWS face understands.
const supportedSchemas = "Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013, Exchange2013_SP1, Exchange2015, Exchange2016"

// userSettings is every setting that this server has for a user. An empty
// value means that it has none. What the server does not offer (Outlook on the
// web, offline address books, POP, IMAP) is not here: clients follow such an
// address and fail.
func (s *server) userSettings(u User, e Endpoints) map[autodiscover.SettingName]string {
	values := map[autodiscover.SettingName]string{
		autodiscover.UserDisplayName:           u.DisplayName,
		autodiscover.UserDN:                    u.LegacyDN,
		autodiscover.AutoDiscoverSMTPAddress:   u.SMTP,
		autodiscover.UserDeploymentID:          e.DeploymentID,
		autodiscover.UserMSOnline:              "False",
		autodiscover.InternalMailboxServer:     e.MailboxServer,
		autodiscover.InternalEwsURL:            e.InternalEWS,
		autodiscover.InternalEmwsURL:           e.InternalEWS,
		autodiscover.ExternalEwsURL:            e.ExternalEWS,
		autodiscover.ExternalEmwsURL:           e.ExternalEWS,
		autodiscover.InteropExternalEwsURL:     e.ExternalEWS,
		autodiscover.InteropExternalEwsVersion: s.Version.String(),
		autodiscover.ExternalEwsVersion:        s.Version.String(),
		autodiscover.EwsPartnerURL:             e.ExternalEWS,
		autodiscover.EwsSupportedSchemas:       supportedSchemas,
		autodiscover.CasVersion:                s.Version.String(),
		autodiscover.MailboxVersion:            s.Version.String(),
		autodiscover.CrossOrganizationSharing:  "False",
		autodiscover.MapiHTTPEnabled:           "False",
	}
	if e.ServerDN != "" {
		values[autodiscover.MailboxDN] = e.ServerDN + "/cn=Microsoft Private MDB"
	}
	return values
}

// domainSettings is every setting that this server has for a domain.
func (s *server) domainSettings(e Endpoints) map[autodiscover.SettingName]string {
	return map[autodiscover.SettingName]string{
		autodiscover.ExternalEwsURL:     e.ExternalEWS,
		autodiscover.ExternalEwsVersion: s.Version.String(),
	}
}

// pick sorts the requested names into settings and errors, in the order of the
// request and each name once. Clients ask for everything they have ever heard
// of, so neither sort of error is a failure of the request.
func pick(names []autodiscover.SettingName, values map[autodiscover.SettingName]string) ([]autodiscover.Setting, []autodiscover.SettingError) {
	var settings []autodiscover.Setting
	var errs []autodiscover.SettingError
	var seen []autodiscover.SettingName
	for _, name := range names {
		if slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		switch value := values[name]; {
		case value != "":
			settings = append(settings, autodiscover.Setting{Name: name, Value: value})
		case name.Known():
			errs = append(errs, autodiscover.SettingError{Name: name, Code: autodiscover.SettingIsNotAvailable, Message: fmt.Sprintf("The setting '%s' isn't available.", name)})
		default:
			errs = append(errs, autodiscover.SettingError{Name: name, Code: autodiscover.InvalidSetting, Message: fmt.Sprintf("The setting '%s' is invalid.", name)})
		}
	}
	return settings, errs
}
