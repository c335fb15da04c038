package adversary

import (
	"fmt"
	"slices"
	"time"

	"icsim/protocol"
)

// edge is how much before a timeout what is held back leaves.
const edge = 20 * time.Millisecond

// delay holds artifacts of its own making back as long as it can without being passed over: a block until just before the next rank
// may make one (its unit delay later), so that all notaries see it late, by the same, and rounds take as long as they may. With by it
// holds artifacts back for that long. It probes the notary delay and the fall-back to higher ranks.
func delay() strategy {
	return strategy{
		about: "holds back what it makes: blocks to the edge of the next rank's turn, or what artifacts says for as long as by says",
		takes: []Parameter{To, Artifacts, By},
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return &delayer{inner, cfg}
		},
		timeless: true,
	}
}

type delayer struct {
	inner protocol.Machine
	cfg   *hand
}

// Later is a message to oneself: what is to be sent then.
type later struct{ send protocol.Send }

func (l *later) Lane() protocol.Lane { return l.send.Msg.Lane() }
func (l *later) Size() int           { return 0 }
func (l *later) Fingerprint() uint64 { return l.send.Msg.Fingerprint() }
func (l *later) String() string      { return fmt.Sprintf("to send: %s", l.send.Msg) }

func (d *delayer) Step(in *protocol.Input, out *protocol.Outputs) {
	rest := *in
	rest.Arrivals = nil
	var due []protocol.Send
	for _, a := range in.Arrivals {
		if l, ok := a.Msg.(*later); ok && a.From == d.cfg.Node {
			due = append(due, l.send)
		} else {
			rest.Arrivals = append(rest.Arrivals, a)
		}
	}
	d.inner.Step(&rest, out)
	if d.cfg.acts(in.Now) {
		d.hold(out)
	}
	out.Sends = append(out.Sends, due...)
}

func (d *delayer) hold(out *protocol.Outputs) {
	by := d.cfg.By
	if by == 0 {
		by = protocol.Time(d.cfg.record().Timing.UnitDelay - edge)
	}
	blocks := func(k protocol.ArtifactKind) bool { return k == protocol.KindBlockProposal || d.cfg.By > 0 }
	var kept []protocol.Send
	for _, s := range out.Sends {
		update, ok := s.Msg.(*protocol.SlotUpdate)
		if !ok || by <= 0 || !isBy(update.Artifact, d.cfg.Node) || !d.cfg.on(update.Meta.Kind, blocks) {
			kept = append(kept, s)
			continue
		}
		now, then := d.cfg.split(s.To)
		if len(now) > 0 {
			kept = append(kept, protocol.Send{To: now, Msg: s.Msg})
		}
		if len(then) > 0 {
			out.Locals = append(out.Locals, protocol.Local{After: time.Duration(by), Msg: &later{protocol.Send{To: then, Msg: s.Msg}}})
		}
	}
	out.Sends = kept
}

// record is the subnet's.
func (h *hand) record() *protocol.SubnetRecord {
	return h.Registry.At(1).Subnet(h.Subnet)
}

// split tells peers whom the strategy leaves alone from those whom it acts against.
func (h *hand) split(peers []protocol.NodeID) (alone, against []protocol.NodeID) {
	for _, n := range peers {
		if h.against(n) {
			against = append(against, n)
		} else {
			alone = append(alone, n)
		}
	}
	return alone, against
}

// withhold makes artifacts and keeps them from those that to names, or from all: its shares, unless artifacts says of which kinds. It
// probes that nobody waits for a certain node. Blocks that only some get have to reach the others by relay.
func withhold() strategy {
	return strategy{
		about: "keeps its shares, or what artifacts says, from all, or from whom to names",
		takes: []Parameter{To, Artifacts},
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return &filter{inner, func(out *protocol.Outputs) {
				keepFrom(out, func(m protocol.Message, peers []protocol.NodeID) []protocol.NodeID {
					kind, ok := kindOf(m)
					if !ok || !cfg.on(kind, protocol.ArtifactKind.IsShare) {
						return peers
					}
					alone, _ := cfg.split(peers)
					return alone
				})
			}}
		},
	}
}

// kindOf gives the kind of artifact that a message is about.
func kindOf(m protocol.Message) (protocol.ArtifactKind, bool) {
	switch m := m.(type) {
	case *protocol.SlotUpdate:
		return m.Meta.Kind, true
	case *protocol.FetchReply:
		return m.Meta.Kind, true
	}
	return 0, false
}

// keepFrom reduces the receivers of each send to those that a function leaves.
func keepFrom(out *protocol.Outputs, leave func(protocol.Message, []protocol.NodeID) []protocol.NodeID) {
	for i := range out.Sends {
		out.Sends[i].To = leave(out.Sends[i].Msg, out.Sends[i].To)
	}
	out.Sends = slices.DeleteFunc(out.Sends, func(s protocol.Send) bool { return len(s.To) == 0 })
}

// selective sends what it makes to a third of the others, another third at each height. It probes that nodes that miss blocks and
// shares get by with those of others.
func selective() strategy {
	return strategy{
		about: "sends what it makes to a third of the others, another one at each height",
		takes: []Parameter{Artifacts},
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return &filter{inner, func(out *protocol.Outputs) {
				keepFrom(out, func(m protocol.Message, peers []protocol.NodeID) (some []protocol.NodeID) {
					u, ok := m.(*protocol.SlotUpdate)
					if !ok || u.Artifact == nil || !isBy(u.Artifact, cfg.Node) || u.Meta.Height == 0 || !cfg.on(u.Meta.Kind, anyKind) {
						return peers
					}
					lots := cfg.random.Split("height", uint64(u.Meta.Height))
					for _, n := range peers {
						if lots.At(uint64(n)).Chance(1, 3) {
							some = append(some, n)
						}
					}
					return some
				})
			}}
		},
	}
}
