package ews

import "slices"

// Version names the schema a request is written against, the Version attribute
// of RequestServerVersion. The zero value stands for [Exchange2007], which is
// what Exchange assumes when the header is missing.
type Version string

// The versions of the public schema, oldest first.
const (
	Exchange2007    Version = "Exchange2007"
	Exchange2007SP1 Version = "Exchange2007_SP1"
	Exchange2009    Version = "Exchange2009"
	Exchange2010    Version = "Exchange2010"
	Exchange2010SP1 Version = "Exchange2010_SP1"
	Exchange2010SP2 Version = "Exchange2010_SP2"
	Exchange2012    Version = "Exchange2012"
	Exchange2013    Version = "Exchange2013"
	Exchange2013SP1 Version = "Exchange2013_SP1"
	Exchange2015    Version = "Exchange2015"
	Exchange2016    Version = "Exchange2016"
	V20151005       Version = "V2015_10_05"
	V20160106       Version = "V2016_01_06"
	V20160413       Version = "V2016_04_13"
	V20160713       Version = "V2016_07_13"
	V20161010       Version = "V2016_10_10"
	V20170107       Version = "V2017_01_07"
	V20170414       Version = "V2017_04_14"
	V20170711       Version = "V2017_07_11"
)

func versions() []Version {
	return []Version{
		Exchange2007, Exchange2007SP1, Exchange2009, Exchange2010, Exchange2010SP1, Exchange2010SP2,
		Exchange2012, Exchange2013, Exchange2013SP1, Exchange2015, Exchange2016,
		V20151005, V20160106, V20160413, V20160713, V20161010, V20170107, V20170414, V20170711,
	}
}

// ParseVersion reads a RequestServerVersion. A name that is not in the schema
// is a [*Fault] with [ErrorInvalidServerVersion].
func ParseVersion(s string) (Version, error) {
	if v := Version(s); slices.Contains(versions(), v) {
		return v, nil
	}
	return "", NewFault(ErrorInvalidServerVersion)
}

// AtLeast reports whether a peer that asked for v knows the schema of w.
func (v Version) AtLeast(w Version) bool { return v.rank() >= w.rank() }

// rank orders versions. A name from outside the list can only come from a
// caller of this package who knows something newer.
func (v Version) rank() int {
	if v == "" {
		return 0
	}
	if i := slices.Index(versions(), v); i >= 0 {
		return i
	}
	return len(versions())
}

// ServerVersion is the ServerVersionInfo header of every response.
type ServerVersion struct {
	Major, Minor, MajorBuild, MinorBuild int
	// Version is the newest schema the server knows; clients use it for
	// their next request. Older servers leave it out.
	Version string
}
