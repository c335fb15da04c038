package fault

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"icsim/protocol"
	"icsim/sim/machine"
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
	Stall                // Node's wall clock stands
	Tick                 // and goes on
	Remember             // Node's disk, for a Start that recalls it
	Wear                 // Node's disk, by Disk; the zero Disk: it works again
	Trade                // Node's disk for that of With; both are down
	Clogged              // From to To
	Freed                // undoes a Clogged
	Direct               // the links among From, by Schedule
	Settle               // undoes a Direct
	Pick                 // who plays a role, and what then happens to whom
	numKinds
)

var kindNames = [numKinds]string{
	"crash", "start", "pause", "resume", "cut", "heal", "disturb", "calm", "cap bandwidth", "jump clock", "drift clock", "slow CPU",
	"stall clock", "run clock", "remember disk", "disk", "swap disks", "clog", "free", "scheduler", "settle", "role",
}

func (k Kind) String() string { return kindNames[k] }

// MarshalText writes a kind by its name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no fault is called %q; want one of %s", text, strings.Join(kindNames[:], ", "))
	}
	*k = Kind(i)
	return nil
}

// Check says what is wrong with an action that no plan has compiled, for a network of some nodes.
func (a *Action) Check(nodes int) error {
	for _, n := range slices.Concat([]protocol.NodeID{a.Node, a.With}, a.From, a.To) {
		if int64(n) >= int64(nodes) {
			return fmt.Errorf("%s of node %d: there are %d nodes, numbered from 0", a.Kind, n, nodes)
		}
	}
	most := int64(machine.MaxDrift)
	switch {
	case a.Kind >= numKinds:
		return fmt.Errorf("no fault has the number %d", a.Kind)
	case a.Disturbance.Loss > network.MaxLoss || a.Disturbance.Delay < 0 || a.Disturbance.Delay > network.MaxOneWay:
		return fmt.Errorf("%s: want a delay from 0 to %s and a loss up to %s", a.Kind, network.MaxOneWay, percent(network.MaxLoss))
	case a.Uplink < 0 || a.Downlink < 0:
		return fmt.Errorf("%s: want bits a second, 0 for unlimited", a.Kind)
	case a.PartsPerBillion > most || a.PartsPerBillion < -most:
		return fmt.Errorf("%s: want at most %d parts per billion either way", a.Kind, most)
	case a.Kind == Slow && (a.Den == 0 || a.Num == 0):
		return fmt.Errorf("%s: want a ratio above 0", a.Kind)
	case a.Kind == Pick || a.Kind == Trade:
		return fmt.Errorf("%s: only a plan does that", a.Kind)
	case a.Kind == Direct:
		return a.Schedule.Check(len(a.From))
	}
	return a.Disk.Check()
}

// An Action is a primitive to carry out at a time. The fields that its Kind names are set.
type Action struct {
	At               protocol.Time       `json:",omitzero"`
	Kind             Kind                `json:""`
	Node             protocol.NodeID     `json:""`
	From, To         []protocol.NodeID   `json:",omitempty"`
	LoseDisk         bool                `json:",omitzero"`
	Disturbance      network.Disturbance `json:",omitzero"`
	Uplink, Downlink int64               `json:",omitzero"`
	By               time.Duration       `json:",omitzero"`
	PartsPerBillion  int64               `json:",omitzero"`
	Num, Den         uint32              `json:",omitzero"`
	Torn             bool                `json:",omitzero"`
	Recall           bool                `json:",omitzero"`
	With             protocol.NodeID     `json:",omitzero"`
	Disk             machine.DiskFault   `json:",omitzero"`
	Schedule         network.Schedule    `json:",omitzero"`
	Role             *Role               `json:"-"` // of a plan alone
}

// Ends tells whether an action undoes another one: a heal its cut, a calm its disturbance, a free its clog.
func (a *Action) Ends(b Action) bool {
	return (a.Kind == Heal && b.Kind == Cut || a.Kind == Freed && b.Kind == Clogged ||
		a.Kind == Settle && b.Kind == Direct && a.Schedule == b.Schedule ||
		a.Kind == Calm && b.Kind == Disturb && a.Disturbance == b.Disturbance) &&
		slices.Equal(a.From, b.From) && slices.Equal(a.To, b.To)
}

// IsNothing tells whether a cap, a drift, a slow CPU, a clock or a disk is what a node has of its own: the end of another one.
func (a *Action) IsNothing() bool {
	return a.Kind == Cap && a.Uplink == 0 && a.Downlink == 0 || a.Kind == Drift && a.PartsPerBillion == 0 ||
		a.Kind == Slow && a.Num == a.Den || a.Kind == Tick || a.Kind == Wear && a.Disk == machine.DiskFault{}
}

// String describes an action in a line of a trace.
func (a *Action) String() string {
	switch a.Kind {
	case Cut, Heal, Clogged, Freed:
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
	case Wear:
		return fmt.Sprintf("%s of %s %s", a.Kind, a.Node, worn(a.Disk))
	case Trade:
		return fmt.Sprintf("%s of %s and %s", a.Kind, a.Node, a.With)
	case Direct, Settle:
		d := a.Schedule
		return fmt.Sprintf("%s of the links among %s: up to %v later, %d starve", a.Kind, list(a.From), d.Delay, d.Starve)
	case Pick:
		return fmt.Sprintf("%s: the %s of %s", a.Kind, a.Role.As, list(a.Role.Of))
	}
	switch {
	case a.LoseDisk:
		return fmt.Sprintf("%s %s without its disk", a.Kind, a.Node)
	case a.Torn:
		return fmt.Sprintf("%s %s in the middle of a write", a.Kind, a.Node)
	case a.Recall:
		return fmt.Sprintf("%s %s with an old disk", a.Kind, a.Node)
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

// worn describes what is wrong with a disk.
func worn(f machine.DiskFault) string {
	var all []string
	if f.Lose > 0 {
		all = append(all, percent(network.Loss(f.Lose))+" of writes lost")
	}
	if f.Misdirect > 0 {
		all = append(all, percent(network.Loss(f.Misdirect))+" of writes misdirected")
	}
	if f.Full {
		all = append(all, "full")
	}
	if f.Slow.Num != f.Slow.Den {
		all = append(all, fmt.Sprintf("slow by %d/%d", f.Slow.Num, f.Slow.Den))
	}
	if len(all) == 0 {
		return "works"
	}
	return strings.Join(all, ", ")
}
