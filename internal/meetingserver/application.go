package meetingserver

import (
	"net/http"
	"strings"
)

type link struct {
	Href string `json:"href"`
}

type links map[string]link

// applicationInput is what UCWA clients send about themselves. It is handed
// back and used for nothing.
type applicationInput struct {
	UserAgent  string `json:"userAgent"`
	EndpointID string `json:"endpointId"`
	Culture    string `json:"culture"`
}

type applicationOutput struct {
	Culture   string         `json:"culture,omitempty"`
	UserAgent string         `json:"userAgent,omitempty"`
	Links     links          `json:"_links"`
	Embedded  map[string]any `json:"_embedded"`
	Rel       string         `json:"rel"`
}

type meetingLinks struct {
	Links links  `json:"_links"`
	Rel   string `json:"rel"`
}

func (s *Server) createApplication(c *call) error {
	var in applicationInput
	if err := readJSON(c, &in); err != nil {
		return err
	}
	for name, value := range map[string]string{"UserAgent": in.UserAgent, "Culture": in.Culture, "EndpointId": in.EndpointID} {
		if len(value) > 256 || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }) {
			return badParameter(name, "it is too long or holds control characters")
		}
	}
	c.w.Header().Set("Location", applicationPath(c))
	return writeJSON(c, http.StatusCreated, applicationResource(c, in))
}

func (s *Server) getApplication(c *call) error {
	return writeJSON(c, http.StatusOK, applicationResource(c, applicationInput{}))
}

func (s *Server) deleteApplication(c *call) error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) getLinks(c *call) error {
	return writeJSON(c, http.StatusOK, linksResource(c))
}

func applicationResource(c *call, in applicationInput) applicationOutput {
	return applicationOutput{
		Culture: in.Culture, UserAgent: in.UserAgent,
		Links:    links{"self": {applicationPath(c)}},
		Embedded: map[string]any{"onlineMeetings": linksResource(c)},
		Rel:      "application",
	}
}

func linksResource(c *call) meetingLinks {
	return meetingLinks{
		Links: links{"self": {applicationPath(c) + "/onlineMeetings"}, "myOnlineMeetings": {meetingsPath(c)}},
		Rel:   "onlineMeetings",
	}
}
