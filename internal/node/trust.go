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
