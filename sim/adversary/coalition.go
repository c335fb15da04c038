package adversary

import (
	"fmt"
	"slices"

	"icsim/protocol"
	"icsim/protocol/replica"
)

// A Coalition is all corrupt nodes of a run together.
type Coalition struct{ members []protocol.NodeID }

// NewCoalition gathers those who are assigned a strategy.
func NewCoalition(assignments []Assignment) *Coalition {
	c := &Coalition{}
	for _, a := range assignments {
		c.members = append(c.members, a.Node)
	}
	slices.Sort(c.members)
	return c
}

// Has tells whether a node is corrupt.
func (c *Coalition) Has(n protocol.NodeID) bool { return slices.Contains(c.members, n) }

// A strategy is one way to misbehave.
type strategy struct {
	about string
	// configure changes what the honest machine is made of; nil: nothing.
	configure func(cfg *replica.Config)
	// wrap puts a machine around the one so far; nil: none.
	wrap func(inner protocol.Machine, cfg *replica.Config) protocol.Machine
}

// strategies lists them all, by name.
func strategies() map[string]strategy {
	return map[string]strategy{
		"silent":             silent(),
		"no-relay":           noRelay(),
		"equivocate":         equivocate(),
		"twin-to-one":        twinToOne(),
		"corrupt-shares":     corruptShares(),
		"notarize-all":       notarizeAll(),
		"finalize-all":       finalizeAll(),
		"false-queries":      falseQueries(),
		"lying-queries":      lyingQueries(),
		"drop-calls":         dropCalls(),
		"stale-certificates": staleCertificates(),
		"bad-chunks":         badChunks(),
		"bad-dealings":       badDealings(),
		"forge-blocks":       forgeBlocks(),
	}
}

// Names lists the strategies that an Assignment may name, with a line about each, in alphabetical order.
func Names() (names []string, about map[string]string) {
	about = make(map[string]string)
	for name, s := range strategies() { //tidy:sorted below
		names = append(names, name)
		about[name] = s.about
	}
	slices.Sort(names)
	return names, about
}

// Corrupt makes the machine of a corrupt node: the honest one with its strategies applied in order.
func (c *Coalition) Corrupt(cfg replica.Config, a Assignment) protocol.Machine {
	known := strategies()
	chosen := make([]strategy, len(a.Strategies))
	for i, name := range a.Strategies {
		s, ok := known[name]
		if !ok {
			panic(fmt.Sprintf("adversary: node %s has unknown strategy %q", a.Node, name))
		}
		if chosen[i] = s; s.configure != nil {
			s.configure(&cfg)
		}
	}
	var m protocol.Machine = replica.New(cfg)
	for _, s := range chosen {
		if s.wrap != nil {
			m = s.wrap(m, &cfg)
		}
	}
	return m
}

// A filter wraps a machine and edits what it puts out.
type filter struct {
	inner protocol.Machine
	edit  func(out *protocol.Outputs)
}

func (f *filter) Step(in *protocol.Input, out *protocol.Outputs) {
	f.inner.Step(in, out)
	f.edit(out)
}

// keepSends keeps the sends that keep approves of.
func keepSends(out *protocol.Outputs, keep func(protocol.Message) bool) {
	out.Sends = slices.DeleteFunc(out.Sends, func(s protocol.Send) bool { return !keep(s.Msg) })
}
