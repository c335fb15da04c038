package adversary

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"icsim/protocol"
	"icsim/protocol/replica"
	"icsim/sim/rng"
)

// A Coalition is all corrupt nodes of a run together. Subnets that run side by side look at it: what changes while the run lasts is kept
// apart for each, and what a strategy remembers is its node's own.
type Coalition struct {
	members []protocol.NodeID // from the start
	waiting bool              // somebody is to be chosen
	plots   [maxSubnets]plot
}

// Waits tells whether somebody is to be chosen while the run lasts.
func (c *Coalition) Waits() bool { return c.waiting }

// maxSubnets bounds what a coalition keeps apart: nodes of different subnets share nothing while a run lasts, so that subnets may run
// side by side.
const maxSubnets = 256

// A plot is what the members of a coalition in one subnet know together.
type plot struct {
	victims []protocol.NodeID // nodes that were chosen to be corrupt
}

// NewCoalition gathers those who are assigned a strategy. Who waits to be chosen is not in it yet.
func NewCoalition(assignments []Assignment) *Coalition {
	c := &Coalition{}
	for _, a := range assignments {
		if !slices.Contains(a.Strategies, adaptiveName) {
			c.members = append(c.members, a.Node)
		} else {
			c.waiting = true
		}
	}
	slices.Sort(c.members)
	return c
}

// Has tells whether a node is corrupt by now.
func (c *Coalition) Has(n protocol.NodeID) bool {
	if slices.Contains(c.members, n) {
		return true
	}
	for i := 0; c.waiting && i < len(c.plots); i++ {
		if slices.Contains(c.plots[i].victims, n) {
			return true
		}
	}
	return false
}

func (c *Coalition) plot(s protocol.SubnetID) *plot { return &c.plots[s%maxSubnets] }

// chosen tells whether a node has been chosen to be corrupt.
func (c *Coalition) chosen(cfg *replica.Config) bool {
	return slices.Contains(c.plot(cfg.Subnet).victims, cfg.Node)
}

// strategies lists them all, by name.
func strategies() map[string]strategy {
	return map[string]strategy{
		"silent":               silent(),
		"no-relay":             noRelay(),
		"equivocate":           equivocate(),
		"twin-to-one":          twinToOne(),
		"corrupt-shares":       corruptShares(),
		"notarize-all":         notarizeAll(),
		"finalize-all":         finalizeAll(),
		"false-queries":        falseQueries(),
		"lying-queries":        lyingQueries(),
		"drop-calls":           dropCalls(),
		"stale-certificates":   staleCertificates(),
		"bad-chunks":           badChunks(),
		"bad-dealings":         badDealings(),
		"bad-idkg-dealings":    badIDKGDealings(),
		"bad-signature-shares": badSignatureShares(),
		"forge-blocks":         forgeBlocks(),
		adaptiveName:           adaptive(),
		"censor":               censor(),
		"delay":                delay(),
		"flood":                flood(),
		"invalid-blocks":       invalidBlocks(),
		"lying-streams":        lyingStreams(),
		"mutate":               mutate(),
		"selective":            selective(),
		"stale-artifacts":      staleArtifacts(),
		"twins":                twins(),
		"withhold":             withhold(),
		"wrong-states":         wrongStates(),
	}
}

// A Strategy is what an Assignment may name.
type Strategy struct {
	Name  string
	About string
	Takes []Parameter
	// Always: it is part of what the node is made of, and takes neither From nor Until.
	Always bool
}

// Strategies lists them all in alphabetical order.
func Strategies() (all []Strategy) {
	for name, s := range strategies() { //tidy:sorted below
		all = append(all, Strategy{Name: name, About: s.about, Takes: s.takes, Always: s.always || s.wrap == nil})
	}
	slices.SortFunc(all, func(a, b Strategy) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Names lists the strategies that an Assignment may name, with a line about each, in alphabetical order.
func Names() (names []string, about map[string]string) {
	about = make(map[string]string)
	for _, s := range Strategies() {
		names = append(names, s.Name)
		about[s.Name] = s.About
	}
	return names, about
}

// A Corrupt machine is that of a corrupt node.
type Corrupt struct {
	protocol.Machine
	Honest *replica.Replica // what the strategies are around, for who looks into it
}

// Corrupt makes the machine of a corrupt node: the honest one with the strategies of its assignments applied in order.
func (c *Coalition) Corrupt(cfg replica.Config, assignments ...Assignment) protocol.Machine {
	known := strategies()
	type chosen struct {
		strategy
		hand *hand
	}
	var all []chosen
	for i, a := range assignments {
		for k, name := range a.Strategies {
			s, ok := known[name]
			if !ok {
				panic(fmt.Sprintf("adversary: node %s has unknown strategy %q", a.Node, name))
			}
			h := &hand{Config: &cfg, Parameters: a.Parameters, coalition: c}
			h.random = rng.Root(binary.LittleEndian.Uint64(cfg.Seed[:])).Split("strategy "+name, uint64(i), uint64(k))
			h.waits = name != adaptiveName && slices.Contains(a.Strategies, adaptiveName)
			if s.configure != nil {
				s.configure(&cfg, h)
			}
			all = append(all, chosen{s, h})
		}
	}
	corrupt := &Corrupt{Honest: replica.New(cfg)}
	var m protocol.Machine = corrupt.Honest
	for _, s := range all {
		switch {
		case s.wrap == nil:
		case s.timeless || s.always:
			m = s.wrap(m, s.hand)
		default:
			m = &switched{honest: m, corrupt: s.wrap(m, s.hand), hand: s.hand}
		}
	}
	corrupt.Machine = m
	return corrupt
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
