// Package rollover shows that a rollover costs no request: a load of real
// authenticated calls in both directions between an exchange and a skype role,
// through rollovers of either side, planned ones and emergencies.
//
// Real are the processes (each node is one, and one is killed in the middle),
// the databases, HTTPS, every token and every signature. Not real is the time:
// the nodes' clocks are a file that the test writes, up to five minutes apart,
// and the test steps them by minutes, so that months pass in a minute. What
// waits on a timer of its own, the hourly refresh of metadata, is driven at the
// times that its own schedule has written down.
//
// In planned rollovers the partner can reach the metadata only while an hourly
// refresh runs, so that nothing is owed to the early fetch of an unknown key;
// or else strangers use up that fetch. In an emergency the key that was
// withdrawn has to be refused everywhere within five seconds.
//
// It owns no rule: what a rollover is stands in internal/keyring, what a
// partner makes of it in internal/partner, and their own tests show what one
// package can show alone.
package rollover
