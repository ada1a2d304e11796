// Package autodiscoverserver is the Autodiscover face of the exchange role.
//
// It owns the paths /autodiscover/autodiscover.svc (SOAP), .xml (POX) and
// .json (V2): routing without regard to case, the X- headers that announce the
// service on every reply, decoding, the choice of what each setting is, and
// the refusals in the words of each form.
//
// It does not own the wire formats (package autodiscover does), nor who may
// come in (the guard that it is given does), nor users, mailboxes and virtual
// directories, which it asks for through the functions of Config, nor the
// metadata document under /autodiscover/metadata.
package autodiscoverserver
