package node

import (
	"fmt"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/outbound"
)

// loadPins reads the server certificates that the boot file pins; by address,
// host:port.
func loadPins(t config.Trust) (map[string][]outbound.Pin, error) {
	pins := map[string][]outbound.Pin{}
	for address, pin := range t.PinsByAddress() {
		sums, err := certs.ReadPins(pin)
		if err != nil {
			return nil, fmt.Errorf("trust.pins, %s: %w", address, err)
		}
		for _, sum := range sums {
			pins[address] = append(pins[address], outbound.Pin{SHA256: sum, AnyName: t.TakesAnyName(address)})
		}
	}
	return pins, nil
}

// CheckTrust reads the files of authorities and pins as a node does when it
// starts, and tells what is wrong with them.
func CheckTrust(t config.Trust) error {
	if _, err := certs.LoadRoots(false, t.CAFiles...); err != nil {
		return err
	}
	_, err := loadPins(t)
	return err
}
