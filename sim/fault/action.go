package fault

import (
	"fmt"
	"strings"
	"time"

	"icsim/protocol"
	"icsim/sim/network"
)

// A Kind is a kind of primitive.
type Kind uint8

const (
	Stop     Kind = iota // Node crashes
	Start                // Node starts; LoseDisk: with an empty disk
	Halt                 // Node's processor stops
	Continue             // and goes on
	Cut                  // From to To
	Heal                 // undoes a Cut
	Disturb              // From to To, by Disturbance
	Calm                 // undoes a Disturb
	Cap                  // Node's bandwidth, to Uplink and Downlink; 0: not capped
	Jump                 // Node's clock, By
	Drift                // of Node's clocks: PartsPerBillion
	Slow                 // Node's work takes Num/Den as long
	numKinds
)

var kindNames = [numKinds]string{
	"crash", "start", "pause", "resume", "cut", "heal", "disturb", "calm", "cap bandwidth", "jump clock", "drift clock", "slow CPU",
}

func (k Kind) String() string { return kindNames[k] }

// An Action is a primitive to carry out at a time. The fields that its Kind names are set.
type Action struct {
	At               protocol.Time
	Kind             Kind
	Node             protocol.NodeID
	From, To         []protocol.NodeID
	LoseDisk         bool
	Disturbance      network.Disturbance
	Uplink, Downlink int64
	By               time.Duration
	PartsPerBillion  int64
	Num, Den         uint32
}

// String describes an action in a line of a trace.
func (a *Action) String() string {
	switch a.Kind {
	case Cut, Heal:
		return fmt.Sprintf("%s %s to %s", a.Kind, list(a.From), list(a.To))
	case Disturb, Calm:
		return fmt.Sprintf("%s %s to %s: %v later, %s lost", a.Kind, list(a.From), list(a.To), a.Disturbance.Delay, percent(a.Disturbance.Loss))
	case Cap:
		return fmt.Sprintf("%s of %s to %d up, %d down", a.Kind, a.Node, a.Uplink, a.Downlink)
	case Jump:
		return fmt.Sprintf("%s of %s by %v", a.Kind, a.Node, a.By)
	case Drift:
		return fmt.Sprintf("%s of %s by %d parts per billion", a.Kind, a.Node, a.PartsPerBillion)
	case Slow:
		return fmt.Sprintf("%s of %s by %d/%d", a.Kind, a.Node, a.Num, a.Den)
	}
	if a.LoseDisk {
		return fmt.Sprintf("%s %s without its disk", a.Kind, a.Node)
	}
	return fmt.Sprintf("%s %s", a.Kind, a.Node)
}

func list(nodes []protocol.NodeID) string {
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = n.String()
	}
	return strings.Join(names, ",")
}

// percent writes a loss with up to seven decimals.
func percent(l network.Loss) string {
	const perPercent = 10_000_000
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%07d", l/perPercent, l%perPercent), "0"), ".") + " %"
}
