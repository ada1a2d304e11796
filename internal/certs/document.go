package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/problem"
)

// lookIntoDocument finds the keys of an auth metadata document, also of one
// that no partner would accept: whether it is a good document is told by
// authmeta, this tells what the certificates are.
func lookIntoDocument(data []byte) (Contents, error) {
	c := Contents{Form: FormDocument}
	// Both spellings of the document, keyvalue and keyValue, come together
	// here: names match without regard to case.
	var document struct {
		Keys []struct {
			Usage    string
			KeyValue struct{ Type, Value string }
		}
	}
	if len(data) > authmeta.MaxBytes {
		return c, problem.New(problem.CertsUnreadable, "%d bytes are too many for a metadata document", len(data))
	}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&document); err != nil {
		return c, problem.Wrap(err, problem.CertsUnreadable, "the file begins like a metadata document, but is none")
	}
	if n := len(document.Keys); n > authmeta.MaxKeys {
		c.Notes = append(c.Notes, fmt.Sprintf("the document has %d keys; partners read at most %d", n, authmeta.MaxKeys))
		document.Keys = document.Keys[:authmeta.MaxKeys]
	}
	for i, key := range document.Keys {
		where := fmt.Sprintf("keys[%d]", i)
		if !strings.EqualFold(key.Usage, "signing") {
			c.Notes = append(c.Notes, fmt.Sprintf("%s is for %q and not for signing; partners skip it", where, clean(key.Usage)))
		}
		der, err := base64.StdEncoding.DecodeString(key.KeyValue.Value)
		var cert *x509.Certificate
		if err == nil {
			cert, err = x509.ParseCertificate(der)
		}
		if err != nil {
			c.Findings = append(c.Findings, finding(problem.MetadataNoKey, "%s holds no certificate in Base64 form", where))
			continue
		}
		c.Items = append(c.Items, Item{cert, where})
	}
	if len(c.Items) == 0 {
		return c, problem.New(problem.CertsUnreadable, "the metadata document holds no certificate")
	}
	return c, nil
}
