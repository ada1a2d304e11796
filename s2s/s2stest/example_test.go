package s2stest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

func Example() {
	exchange := s2stest.NewExchange("contoso.com", "mail.contoso.com")
	skype := s2stest.NewSkype("contoso.com", "pool01.contoso.com")
	verifier := exchange.Verifier(s2stest.NewTrust(skype), s2stest.Users{ken}, now)

	d, err := verifier.Verify(context.Background(), skype.ActAs(exchange, s2s.UserClaims{UPN: "ken@contoso.com"}, now))
	fmt.Println(d.Kind, d.Partner, d.User.ID, err)

	user := s2s.UserClaims{UPN: "ken@contoso.com", SMTP: "ken@contoso.com"}
	for _, b := range s2stest.Broken(skype, exchange, user, now) {
		if b.Name != "alg-none" && b.Name != "outer-by-another" {
			continue
		}
		_, err := verifier.Verify(context.Background(), b.Token)
		var refusal *s2s.Refusal
		fmt.Println(b.Name, errors.As(err, &refusal), refusal.Step, refusal.Reason)
	}
	// Output:
	// act-as skype ken <nil>
	// alg-none true V8 actor.alg
	// outer-by-another true V19 outer.iss
}
