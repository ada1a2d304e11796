// Package s2stest helps to test servers and clients of server-to-server OAuth,
// in the spirit of net/http/httptest: parties with keys, a trust and a
// directory in memory, good tokens, and tokens that are broken in one way each.
//
//	exchange := s2stest.NewExchange("contoso.com", "mail.contoso.com")
//	skype := s2stest.NewSkype("contoso.com", "pool01.contoso.com")
//	verifier := exchange.Verifier(s2stest.NewTrust(skype), s2stest.Users{ken})
//	token := skype.ActAs(exchange, s2s.UserClaims{UPN: "ken@contoso.com"}, now)
//
// It owns nothing that belongs into a product: its keys are public (they are
// the ones of package wirevectors) and protect nothing, and what cannot happen
// with them panics instead of returning an error.
package s2stest
