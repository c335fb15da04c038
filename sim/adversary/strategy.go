package adversary

import (
	"icsim/protocol"
	"icsim/protocol/replica"
	"icsim/sim/rng"
)

// An Assignment corrupts a node. Strategies apply in order, each on top of the one before; a node may have several assignments, which
// apply in order as well.
type Assignment struct {
	Node       protocol.NodeID
	Strategies []string // names, as Strategies lists them
	Parameters
}

// Parameters say when and on what the strategies of an assignment act. Which of them count depends on the strategy (Strategy.Takes).
// Zero stands for the strategy's own choice.
type Parameters struct {
	From, Until protocol.Time           // on the node's wall clock; Until 0: to the end
	To          []protocol.NodeID       // whom it acts against; nil: all
	Artifacts   []protocol.ArtifactKind // on which it acts
	By          protocol.Time           // how much later
	Count       int                     // how many
	Chance      uint64                  // how often, in parts per billion
}

// A Parameter is one that a strategy may take beside From and Until.
type Parameter string

// The parameters, as scenarios name them.
const (
	To          Parameter = "to"
	Artifacts   Parameter = "artifacts"
	By          Parameter = "by"
	Count       Parameter = "count"
	Probability Parameter = "probability"
)

// A strategy is one way to misbehave.
type strategy struct {
	about string
	takes []Parameter
	// configure changes what the honest machine is made of, from the start; nil: nothing.
	configure func(cfg *replica.Config, h *hand)
	// wrap puts a machine around the one so far; nil: none. Outside of From and Until steps go around it.
	wrap func(inner protocol.Machine, cfg *hand) protocol.Machine
	// timeless: its machine gets every step, as it keeps things back or plays two nodes, and looks at acts itself.
	timeless bool
	// always: it takes neither From nor Until, as its node is another one from the start.
	always bool
}

// A hand is what a strategy knows: the node that it has corrupted, with all its keys, what it was told to do, and the others.
type hand struct {
	*replica.Config
	Parameters
	coalition *Coalition
	random    rng.Source
	waits     bool // follows its strategies only once it is chosen
}

// acts tells whether the strategy is in force at a time on the node's clock.
func (h *hand) acts(now protocol.Time) bool {
	return now >= h.From && (h.Until == 0 || now < h.Until) && (!h.waits || h.coalition.chosen(h.Config))
}

// against tells whether a peer is one that the strategy acts against.
func (h *hand) against(peer protocol.NodeID) bool {
	if len(h.To) == 0 {
		return true
	}
	for _, n := range h.To {
		if n == peer {
			return true
		}
	}
	return false
}

// on tells whether the strategy acts on a kind of artifact; own are those that it acts on by itself.
func (h *hand) on(kind protocol.ArtifactKind, own func(protocol.ArtifactKind) bool) bool {
	if len(h.Artifacts) == 0 {
		return own(kind)
	}
	for _, k := range h.Artifacts {
		if k == kind {
			return true
		}
	}
	return false
}

func anyKind(protocol.ArtifactKind) bool { return true }

// peers are the other members of the subnet.
func (h *hand) peers(now protocol.Time) (others []protocol.NodeID) {
	for _, n := range h.Registry.At(h.Registry.Latest(now)).Subnet(h.Subnet).Members {
		if n != h.Node {
			others = append(others, n)
		}
	}
	return others
}

// pushed gives the artifact that a message brings or answers with, or nil.
func pushed(m protocol.Message) protocol.Artifact {
	switch m := m.(type) {
	case *protocol.SlotUpdate:
		return m.Artifact
	case *protocol.FetchReply:
		return m.Artifact
	}
	return nil
}

// A switched machine follows a strategy while that is in force, and is honest otherwise.
type switched struct {
	honest, corrupt protocol.Machine // around the same node
	hand            *hand
}

func (s *switched) Step(in *protocol.Input, out *protocol.Outputs) {
	if s.hand.acts(in.Now) {
		s.corrupt.Step(in, out)
	} else {
		s.honest.Step(in, out)
	}
}

// An editor wraps a machine and edits what it puts out, knowing what it got.
type editor struct {
	inner protocol.Machine
	edit  func(in *protocol.Input, out *protocol.Outputs)
}

func (e *editor) Step(in *protocol.Input, out *protocol.Outputs) {
	e.inner.Step(in, out)
	e.edit(in, out)
}
