// Package renewal watches over the certificates of a role as time passes, so
// that nobody is surprised by an end.
//
// It owns
//   - the expiry watch: which certificates matter here (the role's own signing
//     ones, the TLS chains that its listeners show, the keys of its partners and
//     auth servers, the authorities of the boot file), which of them end without
//     another taking over, and the announcing of that 60, 30, 14, 7 and 1 days
//     before and at the end, once each;
//   - the automatic renewal of the signing certificate: off, announced or done;
//   - the loop that writes down what time has done to the slots, and the event
//     of a new current certificate (2014 on Exchange);
//   - the folder for those who take the role's certificates by hand;
//   - its tables: what was announced, which certificate was told to be current,
//     which faults were, what the folder holds, and which staged certificate made
//     way for another one and comes back.
//
// It does not own the slots and their rules (keyring), the reading of partners'
// metadata (partner), the loading of TLS certificates (node), or the renewal of
// TLS certificates, which come from an authority.
//
// # What matters
//
// One rule decides, for announcements and metrics alike: a certificate matters
// while its end would be noticed. A current signing certificate whose successor
// is staged and takes over in time does not, nor does a partner's key beside
// which a later one is published, nor any certificate without a use. Facts hold
// what there is at one moment; Facts.Unrelieved applies the rule and is a pure
// function of them and of the time.
//
// # Once
//
// Several nodes look at one store. Each announcement, event and renewal is a
// conditional write in one transaction with its entry in the journal: whoever
// is first writes both, the others neither.
package renewal
