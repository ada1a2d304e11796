// Package skype holds what belongs to the skype role alone and is changed by
// its cmdlets: the one global OAuth configuration, the archiving settings, the
// topology (pools, sites, trusted application pools and their applications), and
// which directory users are enabled for SIP. It turns them into what the rest of
// the role asks for: its own principal, the audience hosts it answers to, the
// Autodiscover URL in force, the user behind a SIP address.
//
// It does not own keys (keyring), partner applications (partner), the
// Storage Service (storagesvc) or meetings (meetings), and it opens no
// listener.
package skype
