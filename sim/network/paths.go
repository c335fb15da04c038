package network

import (
	"fmt"
	"time"
)

// Loss is the share of packets that get lost, in parts per billion: 1_000_000 is 0.1 %.
type Loss uint32

// MaxLoss bounds the loss of a link. One that loses everything is cut.
const MaxLoss Loss = 990_000_000

// MaxOneWay bounds the latency of a link, so that jitter fits its arithmetic.
const MaxOneWay = 4 * time.Second

// Paths tells what lies between places: for each ordered pair the one-way latency and the loss. Immutable.
type Paths struct {
	places int
	oneWay []time.Duration // from·places + to
	loss   []Loss
}

// NewPaths takes a matrix of one-way latencies, row = from, and one of losses, which may be nil. The diagonal is what
// lies between two machines of one place. The error names the first entry at fault.
func NewPaths(oneWay [][]time.Duration, loss [][]Loss) (*Paths, error) {
	n := len(oneWay)
	if n == 0 {
		return nil, fmt.Errorf("a latency matrix needs at least one place")
	}
	if loss != nil && len(loss) != n {
		return nil, fmt.Errorf("the loss matrix has %d rows, the latency matrix %d", len(loss), n)
	}
	p := &Paths{places: n, oneWay: make([]time.Duration, 0, n*n), loss: make([]Loss, n*n)}
	for i, row := range oneWay {
		if len(row) != n {
			return nil, fmt.Errorf("row %d of the latency matrix has %d entries instead of %d", i+1, len(row), n)
		}
		for j, d := range row {
			if d < 0 || d > MaxOneWay {
				return nil, fmt.Errorf("latency from place %d to %d is %v; allowed: 0 to %v", i+1, j+1, d, MaxOneWay)
			}
		}
		p.oneWay = append(p.oneWay, row...)
	}
	for i, row := range loss {
		if len(row) != n {
			return nil, fmt.Errorf("row %d of the loss matrix has %d entries instead of %d", i+1, len(row), n)
		}
		for j, l := range row {
			if l > MaxLoss {
				return nil, fmt.Errorf("loss from place %d to %d is %d parts per billion; allowed: up to %d", i+1, j+1, l, MaxLoss)
			}
		}
		copy(p.loss[i*n:], row)
	}
	return p, nil
}

// Uniform is one place where every two machines are the same distance apart.
func Uniform(oneWay time.Duration, loss Loss) (*Paths, error) {
	return NewPaths([][]time.Duration{{oneWay}}, [][]Loss{{loss}})
}

// Places is the number of places.
func (p *Paths) Places() int { return p.places }

// OneWay is the latency between two places.
func (p *Paths) OneWay(from, to int) time.Duration { return p.oneWay[from*p.places+to] }

// Least is the least time that anything takes between two places, whatever the jitter.
func (p *Paths) Least(from, to int) time.Duration {
	d := p.OneWay(from, to)
	return d - d*jitterMean/billion - 1
}

// Loss is the share of packets lost between two places.
func (p *Paths) Loss(from, to int) Loss { return p.loss[from*p.places+to] }
