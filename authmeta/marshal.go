package authmeta

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/matchseal/matchseal/s2s"
)

// exchangeForm is the form of Exchange, SharePoint and the token server. The
// order of the fields is the order on the wire.
type exchangeForm struct {
	ID               string        `json:"id"`
	Version          string        `json:"version"`
	Name             string        `json:"name"`
	Realm            s2s.Realm     `json:"realm"`
	ServiceName      s2s.AppID     `json:"serviceName"`
	Issuer           s2s.Principal `json:"issuer"`
	AllowedAudiences []string      `json:"allowedAudiences"`
	Keys             []exchangeKey `json:"keys"`
	Endpoints        []Endpoint    `json:"endpoints"`
}

type exchangeKey struct {
	Usage    string   `json:"usage"`
	KeyInfo  keyInfo  `json:"keyinfo"`
	KeyValue keyValue `json:"keyvalue"`
}

type keyInfo struct {
	X5T string `json:"x5t"`
}

type keyValue struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// skypeForm is the form of Skype for Business and Lync.
type skypeForm struct {
	Issuer      s2s.Principal `json:"issuer"`
	Keys        []skypeKey    `json:"keys"`
	Realm       s2s.Realm     `json:"realm"`
	ServiceName s2s.AppID     `json:"serviceName"`
}

type skypeKey struct {
	KeyValue keyValue `json:"keyValue"`
	Usage    string   `json:"usage"`
}

// Marshal writes the document in the exact spelling and member order of a
// product, without white space. Without a key it fails with [ErrNoKey]: a
// document that proves nothing must not be published.
func (d Document) Marshal(p Product) ([]byte, error) {
	if len(d.Keys) == 0 {
		return nil, ErrNoKey
	}
	if d.Issuer.App == "" || d.Issuer.Realm == "" || d.Issuer.Host != "" {
		return nil, fmt.Errorf("authmeta: %q is not an issuer; an issuer is <application id>@<realm>", d.Issuer)
	}
	switch p {
	case Skype:
		return encode(d.skype())
	case Exchange, SharePoint, TokenServer:
		return d.marshalExchange(p)
	}
	return nil, fmt.Errorf("authmeta: unknown product %q", p)
}

func (d Document) skype() skypeForm {
	f := skypeForm{Issuer: d.Issuer, Realm: d.Issuer.Realm, ServiceName: d.Issuer.App}
	for _, k := range d.Keys {
		f.Keys = append(f.Keys, skypeKey{valueOf(k), usageSigning})
	}
	return f
}

func (d Document) marshalExchange(p Product) ([]byte, error) {
	f := exchangeForm{
		ID: d.ID, Version: d.Version, Name: d.Name,
		Realm: d.Issuer.Realm, ServiceName: d.Issuer.App, Issuer: d.Issuer,
		AllowedAudiences: d.AllowedAudiences,
		Endpoints:        append([]Endpoint{}, d.Endpoints...), // never null
	}
	if f.Version == "" {
		f.Version = "1.0"
	}
	if f.Name == "" {
		f.Name = string(p)
	}
	if len(f.AllowedAudiences) == 0 {
		f.AllowedAudiences = []string{d.Issuer.String()}
	}
	for _, k := range d.Keys {
		f.Keys = append(f.Keys, exchangeKey{usageSigning, keyInfo{k.Thumbprint.X5T()}, valueOf(k)})
	}
	if f.ID == "" {
		content, err := encode(f)
		if err != nil {
			return nil, err
		}
		f.ID = contentID(content)
	}
	return encode(f)
}

func valueOf(k Key) keyValue {
	return keyValue{typeX509, base64.StdEncoding.EncodeToString(k.Certificate.Raw)}
}

// contentID makes an id that is new exactly when the content is: all nodes of
// a pool then publish the same without agreeing on anything.
func contentID(content []byte) string {
	h := sha256.Sum256(content)
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // RFC 9562: version 8, custom
	return fmt.Sprintf("_%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// encode differs from json.Marshal in leaving &, < and > in URLs alone.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("authmeta: write a document: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
