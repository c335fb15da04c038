package scenarios

import (
	"time"

	"icsim/sim"
	"icsim/sim/network"
)

// world is the word for the built-in cities, and for nodes spread over the network's places.
const world = "world"

func (p *parser) network(o *object) {
	n := &p.spec.Network
	if v := o.take("network"); v != nil {
		f := p.object(v, "the network")
		p.latency(f, n)
		f.done()
	}
	if p.matrixOf != "" {
		p.replaceNetwork(o, n)
	}
	switch {
	case n.paths != nil:
	case n.Matrix != "":
		return // unreadable: what places it has is unknown
	default:
		n.World, n.paths = true, network.DataCentres()
		for _, place := range network.Places() {
			n.places = append(n.places, place.Name)
		}
	}
	p.placed = make(map[string]int, len(n.places))
	for i, name := range n.places {
		p.placed[name] = i
	}
}

func (p *parser) latency(f *object, n *Network) {
	chosen := 0
	for _, key := range []string{"latency", "uniform", "matrix"} {
		if f.has(key) {
			chosen++
		}
	}
	if chosen > 1 {
		p.fail(f.line, "the network has one of latency, uniform and matrix; here are %d", chosen)
	}
	latency := optional(f, "latency", choices(world, onMainnet), world)
	n.Uniform = optional(f, "uniform", spans(0, network.MaxOneWay), 0)
	n.Loss = optional(f, "loss", losses(0), 0)
	n.Matrix = optional(f, "matrix", texts("a CSV file of measured pairs"), "")
	n.Requests = optional(f, "requests", spans(sim.RequestTime, time.Second), 0)
	if f.has("loss") && !f.has("uniform") {
		f.fail("loss", "loss goes with uniform: the cities and a matrix have their own; a link fault adds to them")
	}
	var err error
	switch {
	case latency == onMainnet:
		n.mainnet()
	case f.has("uniform"):
		n.places = []string{"here"}
		n.paths, err = network.Uniform(n.Uniform, n.Loss)
	case n.Matrix != "":
		text, openErr := p.open(n.Matrix)
		if err = openErr; err == nil {
			n.places, n.paths = p.matrix(n.Matrix, text)
		}
	}
	if err != nil {
		f.fail("matrix", "cannot use the network's matrix: %v", err)
	}
}

// replaceNetwork puts measured pairs in the place of what the scenario says.
func (p *parser) replaceNetwork(o *object, n *Network) {
	*n = Network{Matrix: p.matrixOf, Requests: n.Requests}
	text, err := p.open(p.matrixOf)
	if err != nil {
		p.fail(o.line, "cannot use the latency matrix: %v", err)
		return
	}
	n.places, n.paths = p.matrix(p.matrixOf, text)
}

// withinPlace is the one-way latency between two machines of one measured place.
const withinPlace = 400 * time.Microsecond
