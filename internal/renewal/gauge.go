package renewal

import (
	"time"

	"github.com/matchseal/matchseal/internal/telemetry"
)

// gauge shows how long the certificates that matter still live.
type gauge struct {
	telemetry.Gauge
	shown map[[3]string]bool // the labels of the last time
}

func newGauge(m *telemetry.Metrics) gauge {
	return gauge{shown: map[[3]string]bool{}, Gauge: m.Gauge("matchseal_certificate_expires_seconds",
		"Time until a certificate ends from which no other takes over; below 0 after its end.", "use", "subject", "thumbprint")}
}

// shortPrint is how many characters of a thumbprint tell certificates apart.
const shortPrint = 8

func (g gauge) set(all []Certificate, now time.Time) {
	current := map[[3]string]bool{}
	for _, c := range all {
		labels := [3]string{string(c.Use), c.Subject, c.Thumbprint.String()[:shortPrint]}
		current[labels], g.shown[labels] = true, true
		g.Set(c.NotAfter.Sub(now).Seconds(), labels[:]...)
	}
	for labels := range g.shown {
		if !current[labels] {
			g.Forget(labels[:]...)
			delete(g.shown, labels)
		}
	}
}
