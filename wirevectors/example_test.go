package wirevectors_test

import (
	"fmt"

	"github.com/matchseal/matchseal/wirevectors"
)

// Any implementation can be measured: present each token in its context and
// compare the answer.
func Example() {
	suite, err := wirevectors.LoadTokens()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range suite.Tokens {
		if c.Name != "aud_wrong_host" {
			continue
		}
		receiver := suite.Receivers[c.Context.Receiver]
		fmt.Println("at", c.Context.Clock.Time().Format("2006-01-02"), "to", receiver.Hosts)
		fmt.Println(c.Expect, c.Code, c.Category, "because:", c.Why)
	}
	// Output:
	// at 2027-01-15 to [mail.contoso.com autodiscover.contoso.com]
	// reject 2000003 invalid_resource because: token for another host
}

func ExampleLoadKey() {
	key, err := wirevectors.LoadKey("sfb-a")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(key.Certificate.Subject, key.Certificate.NotAfter.Year())
	// Output: CN=contoso.com 2046
}
