package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/matchseal/matchseal/internal/problem"
)

// DefaultDir is where a lab lives unless told otherwise.
const DefaultDir = ".matchseal/lab"

// State is what a lab writes down about itself for the commands, tests and
// clients that use it: DIR/lab.json.
type State struct {
	Domain string `json:"domain"`
	// Aliases are further names of the servers, ROLE=NAME, and Site is the
	// Skype server's site.
	Aliases []string `json:"aliases,omitempty"`
	Site    string   `json:"site,omitempty"`
	// CA is the certificate authority to trust, a PEM file.
	CA string `json:"ca"`
	// Resolver is the lab's DNS server.
	Resolver string `json:"resolver"`
	// Hosts leads the lab's names to addresses, for clients that can not use
	// the resolver.
	Hosts map[string]string `json:"hosts"`
	// Connect leads name:443 to where it really listens; empty when port 443
	// is bound.
	Connect map[string]string `json:"connect,omitempty"`
	// Ports are kept so that a lab comes back where it was.
	Ports map[string]int `json:"ports"`
	// Nodes by role.
	Nodes map[string]NodeState `json:"nodes"`
	// Users with their passwords, which are good for this lab only.
	Users []UserState `json:"users"`
	EWS   string      `json:"ews"`
}

// NodeState says how a node is reached.
type NodeState struct {
	Socket     string `json:"socket"`     // management socket
	Management string `json:"management"` // management address, https
	Config     string `json:"config"`     // boot file
}

// UserState is an account of the lab.
type UserState struct {
	Name     string `json:"name"`
	UPN      string `json:"upn"`
	Password string `json:"password"`
}

func statePath(dir string) string { return filepath.Join(dir, "lab.json") }

// ReadState reads what the lab in dir has written down.
func ReadState(dir string) (State, error) {
	var s State
	data, err := os.ReadFile(statePath(dir))
	if errors.Is(err, os.ErrNotExist) {
		return s, problem.New(problem.LabNone, "there is no lab in %s", dir)
	}
	if err != nil {
		return s, fmt.Errorf("reading the lab's description: %w", err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, problem.Wrap(err, problem.LabNone, "%s is not a lab's description", statePath(dir))
	}
	return s, nil
}

func (s State) write(dir string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	tmp := statePath(dir) + ".new"
	// It names passwords, if only those of a lab.
	if err := os.WriteFile(tmp, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing the lab's description: %w", err)
	}
	return os.Rename(tmp, statePath(dir))
}

// Socket finds the management socket of the lab node that runs a role.
func Socket(dir, role string) (string, error) {
	s, err := ReadState(dir)
	if err != nil {
		return "", err
	}
	n, ok := s.Nodes[role]
	if !ok {
		return "", problem.New(problem.ManageNoRole, "the lab in %s has no %s role", dir, role)
	}
	return n.Socket, nil
}
