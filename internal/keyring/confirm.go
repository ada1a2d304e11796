package keyring

import (
	"fmt"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// Confirmation is the error of a step that somebody has to mean. Nothing was
// changed. After a yes the same call is made again with force; after a no there
// is nothing left to do. Its code is keyring.confirm.
type Confirmation struct {
	Question string // as the cmdlets ask it, may have several lines
}

func (c *Confirmation) Error() string { return c.Question }

// Unwrap lets problem.Of and problem.Is see the code.
func (c *Confirmation) Unwrap() error { return problem.New(problem.KeyringConfirm, "%s", c.Question) }

const (
	questionLead = "The new certificate effective date is not 48 hours in the future and may not be deployed on all necessary servers. Do you wish to continue?"
	// questionSlow follows one of the questions.
	questionSlow     = "\n\nFor one partner that is too soon: who says it is %s reads the metadata every %s, last on %s from %s. It is safe from %s on."
	questionGap      = "The current certificate expires %s, before the new certificate takes effect on %s. In between nothing can be signed. Do you wish to continue?"
	questionUnassign = "The certificate %s (ends %s) is in use: it signs the tokens of this server. Without it no token is signed and the metadata document is not served. Do you wish to remove the assignment?"
	questionPublish  = "The new certificate takes effect on %s. Partners that have not read it by now refuse calls until they do. Do you wish to publish it now?"
)

// questionSMTP is what New-ExchangeCertificate and Enable-ExchangeCertificate
// ask; the answer no keeps the default certificate (000-10).
func questionSMTP(current, replacement Certificate) string {
	return fmt.Sprintf("Overwrite the existing default SMTP certificate?\n\nCurrent certificate: '%s' (expires %s)\nReplace it with certificate: '%s' (expires %s)",
		current.Thumbprint, shellDate(current.X509.NotAfter), replacement.Thumbprint, shellDate(replacement.X509.NotAfter))
}

// shellDate writes a time as the management shell does under en-US.
func shellDate(t time.Time) string { return t.Format("1/2/2006 3:04:05 PM") }
