package telemetry

import (
	"errors"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is where a node counts. A nil *Metrics counts nothing, so that a
// package can be used without one.
//
// The constructors return the same counter for the same name, and panic when
// name or labels are not what Prometheus allows or differ from an earlier call:
// both are fixed in the program. Values of labels must come from small sets,
// never from what a peer sends.
type Metrics struct {
	registry   *prometheus.Registry
	registerer prometheus.Registerer
}

// NewMetrics returns metrics that include those of the process and of the Go
// runtime.
func NewMetrics() *Metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &Metrics{registry: registry, registerer: registry}
}

// With returns metrics of the same registry that all carry one more label, for
// example the role that counts.
func (m *Metrics) With(label, value string) *Metrics {
	if m == nil {
		return nil
	}
	return &Metrics{m.registry, prometheus.WrapRegistererWith(prometheus.Labels{label: value}, m.registerer)}
}

// Handler serves the metrics in the Prometheus format.
func (m *Metrics) Handler() http.Handler {
	if m == nil {
		return http.NotFoundHandler()
	}
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// Counter only grows.
type Counter struct{ vec *prometheus.CounterVec }

// Counter makes a counter; by convention its name ends in _total.
func (m *Metrics) Counter(name, help string, labels ...string) Counter {
	if m == nil {
		return Counter{}
	}
	return Counter{register(m, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))}
}

// Inc adds one; values are those of the labels, in their order.
func (c Counter) Inc(values ...string) { c.Add(1, values...) }

// Add adds n, which is not negative.
func (c Counter) Add(n float64, values ...string) {
	if c.vec != nil {
		c.vec.WithLabelValues(values...).Add(n)
	}
}

// Gauge goes up and down.
type Gauge struct{ vec *prometheus.GaugeVec }

// Gauge makes a gauge.
func (m *Metrics) Gauge(name, help string, labels ...string) Gauge {
	if m == nil {
		return Gauge{}
	}
	return Gauge{register(m, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels))}
}

// Set sets the gauge.
func (g Gauge) Set(v float64, values ...string) {
	if g.vec != nil {
		g.vec.WithLabelValues(values...).Set(v)
	}
}

// Add adds v, which may be negative.
func (g Gauge) Add(v float64, values ...string) {
	if g.vec != nil {
		g.vec.WithLabelValues(values...).Add(v)
	}
}

// Forget takes the value away: what it told of is no longer there.
func (g Gauge) Forget(values ...string) {
	if g.vec != nil {
		g.vec.DeleteLabelValues(values...)
	}
}

// GaugeFunc makes a gauge whose value is asked for when somebody reads it. A
// second call with the same name changes nothing.
func (m *Metrics) GaugeFunc(name, help string, value func() float64) {
	if m != nil {
		register(m, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
}

// Histogram counts values in buckets.
type Histogram struct{ vec *prometheus.HistogramVec }

// Seconds are the upper bounds of the buckets for how long things take, from a
// signature (a fraction of a millisecond) to a peer that does not answer.
func Seconds() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
}

// Histogram makes a histogram; buckets are upper bounds in ascending order.
func (m *Metrics) Histogram(name, help string, buckets []float64, labels ...string) Histogram {
	if m == nil {
		return Histogram{}
	}
	options := prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}
	return Histogram{register(m, prometheus.NewHistogramVec(options, labels))}
}

// Observe counts one value.
func (h Histogram) Observe(v float64, values ...string) {
	if h.vec != nil {
		h.vec.WithLabelValues(values...).Observe(v)
	}
}

// register returns the collector that is registered under the name of c.
func register[C prometheus.Collector](m *Metrics, c C) C {
	err := m.registerer.Register(c)
	var already prometheus.AlreadyRegisteredError
	if errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(C); ok {
			return existing
		}
	}
	if err != nil {
		panic(err)
	}
	return c
}
