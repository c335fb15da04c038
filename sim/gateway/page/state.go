package page

import (
	"net/http"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/fault"
	"icsim/sim/gateway/live"
)

// A State is what the page shows at one time. The fields that never change, and those of others that did not, are left out in
// a stream.
type State struct {
	Scene    *SceneState   `json:"scene,omitempty"`
	At       float64       `json:"at_seconds"`
	Clock    int64         `json:"clock_ms"` // of nodes, since 1970
	Lead     int64         `json:"lead_ms"`  // of that over real time
	Events   uint64        `json:"events"`
	Mode     live.Mode     `json:"mode"`
	Factor   float64       `json:"factor"`
	Paused   bool          `json:"paused"`
	Speed    float64       `json:"speed"`    // virtual over real time, of late
	Requests RequestState  `json:"requests"` // from outside
	Calls    CallState     `json:"calls"`    // of the scenario's users
	XNet     XNetState     `json:"xnet"`
	Subnets  []SubnetState `json:"subnets"`
	Nodes    []NodeState   `json:"nodes"`
	Links    [][3]int      `json:"links,omitempty"` // subnet, −1 for between subnets; places
	Traffic  string        `json:"traffic"`         // by link, a digit: its level
	Faults   []FaultState  `json:"faults"`          // in force
	Timeline []sim.Moment  `json:"timeline,omitempty"`
}

// A SceneState is what never changes.
type SceneState struct {
	Name      string          `json:"name"`
	About     string          `json:"about"`
	Seed      uint64          `json:"seed"`
	Crypto    string          `json:"crypto"`
	Version   string          `json:"version"`
	Places    []Place         `json:"places"`
	Canisters []CanisterState `json:"canisters"`
}

// A CanisterState is a canister that the scenario installs.
type CanisterState struct {
	Name   string `json:"name"`
	ID     string `json:"id"`
	Subnet string `json:"subnet"`
}

// A RequestState counts what came through the boundary node.
type RequestState struct {
	Open     int    `json:"open"`
	Answered uint64 `json:"answered"`
}

// A CallState counts the calls of the scenario's users.
type CallState struct {
	Submitted uint64 `json:"submitted"`
	Completed uint64 `json:"completed"`
	Failed    uint64 `json:"failed"`
	Lost      uint64 `json:"lost"`
}

// An XNetState counts calls across subnets.
type XNetState struct {
	Calls     uint64 `json:"calls"`
	Responses uint64 `json:"responses"`
	Rejects   uint64 `json:"rejects"`
	Open      uint64 `json:"open"`
}

// A SubnetState is how far a subnet is.
type SubnetState struct {
	*Subnet       `json:",omitempty"`
	Size          int     `json:"nodes,omitempty"`
	Finalized     uint64  `json:"finalized"`
	Certified     uint64  `json:"certified"`
	CUP           uint64  `json:"cup"`
	BlockRate     float64 `json:"block_rate"`
	Finalization  float64 `json:"finalization_ms"`
	Equivocations int     `json:"equivocations"`
}

// A NodeState is how a node fares.
type NodeState struct {
	*NodeScene `json:",omitempty"`
	Subnet     int           `json:"subnet"` // −1: none
	State      sim.NodeState `json:"state"`
	Cut        bool          `json:"cut"` // off from more nodes than it is with
	Finalized  uint64        `json:"finalized"`
	Certified  uint64        `json:"certified"`
	SentRate   float64       `json:"sent_bytes_per_second"`
}

// A NodeScene is what never changes of a node.
type NodeScene struct {
	Name       string   `json:"name"`
	Place      int      `json:"place"` // in the scene
	PlaceName  string   `json:"place_name"`
	Lat        float64  `json:"lat"`
	Lon        float64  `json:"lon"`
	Strategies []string `json:"strategies"`
}

// A FaultState is a fault in force.
type FaultState struct {
	Kind string `json:"kind"`
	What string `json:"what"`
	From []int  `json:"from"` // nodes, or the one that is hit
	To   []int  `json:"to"`
}

// state answers with everything.
func (p *page) state(w http.ResponseWriter, r *http.Request) {
	s, err := p.feed.look()
	if err != nil {
		fail(w, http.StatusServiceUnavailable, "%v", err)
		return
	}
	reply(w, http.StatusOK, s)
}

// write puts a snapshot into words.
func (p *page) write(snap *sim.Snapshot, status live.Status, m *meter) *State {
	s := &State{
		Scene: p.sceneState(),
		At:    snap.At.Seconds(), Clock: int64(snap.Clock / uint64(time.Millisecond)), Lead: status.Lead.Milliseconds(), Events: snap.Events,
		Mode: status.Mode, Factor: status.Factor, Paused: status.Paused, Speed: m.speed,
		Requests: RequestState{status.Open, status.Asked - uint64(status.Open)},
		Calls:    CallState{snap.Calls.Submitted, snap.Calls.Completed, snap.Calls.Failed, snap.Calls.Rejected},
		XNet:     XNetState{snap.XNet.Calls, snap.XNet.Responses, snap.XNet.Rejects, snap.XNet.Open},
		Links:    m.links, Traffic: m.traffic(), Faults: []FaultState{}, Timeline: snap.Timeline,
	}
	for i := range snap.Subnets {
		x := &snap.Subnets[i]
		s.Subnets = append(s.Subnets, SubnetState{
			Subnet: &p.scene.Subnets[i], Finalized: uint64(x.Finalized), Certified: uint64(x.Certified), CUP: uint64(x.CUP),
			BlockRate: x.BlockRate, Finalization: float64(x.Finalization.Microseconds()) / 1000, Equivocations: x.Equivocations,
		})
	}
	for i := range snap.Nodes {
		if of := snap.Nodes[i].Subnet; of >= 0 {
			s.Subnets[of].Size++
		}
		s.Nodes = append(s.Nodes, p.nodeState(snap, i, m.bytes[i]))
	}
	for i := range snap.Faults {
		a := &snap.Faults[i]
		f := FaultState{Kind: a.Kind.String(), What: p.rename(a.String()), From: numbers(a.From), To: numbers(a.To)}
		if len(a.From) == 0 {
			f.From = []int{int(a.Node)}
		}
		s.Faults = append(s.Faults, f)
	}
	for i := range s.Timeline {
		s.Timeline[i].What = p.rename(s.Timeline[i].What)
	}
	return s
}

func (p *page) sceneState() *SceneState {
	s := &SceneState{
		Name: p.scene.Name, About: p.scene.About, Seed: p.scene.Seed, Crypto: p.scene.Crypto, Version: p.scene.Version,
		Places: p.scene.Places, Canisters: []CanisterState{},
	}
	for _, c := range p.scene.Canisters {
		s.Canisters = append(s.Canisters, CanisterState{c.Name, c.ID.Principal().String(), c.Subnet})
	}
	return s
}

func (p *page) nodeState(snap *sim.Snapshot, i int, rate float64) NodeState {
	x, n := &snap.Nodes[i], protocol.NodeID(i)
	place := p.scene.Places[x.Place]
	return NodeState{
		NodeScene: &NodeScene{
			Name: p.nodeName(n), Place: x.Place, PlaceName: place.Name, Lat: place.Lat, Lon: place.Lon,
			Strategies: append([]string{}, x.Strategies...),
		},
		Subnet: x.Subnet, State: x.State,
		Cut: isolated(snap.Faults, n), Finalized: uint64(x.Finalized), Certified: uint64(x.Certified), SentRate: rate,
	}
}

// since is a state without what is as it was in one before.
func (s *State) since(before *State) *State {
	out := *s
	out.Scene = nil
	if len(s.Links) == len(before.Links) {
		out.Links = nil
	}
	if slices.Equal(s.Timeline, before.Timeline) {
		out.Timeline = nil
	}
	out.Subnets, out.Nodes = slices.Clone(s.Subnets), slices.Clone(s.Nodes)
	for i := range out.Subnets {
		if out.Subnets[i].Subnet = nil; i < len(before.Subnets) && out.Subnets[i].Size == before.Subnets[i].Size {
			out.Subnets[i].Size = 0
		}
	}
	for i := range out.Nodes {
		out.Nodes[i].NodeScene = nil
	}
	return &out
}

// stands tells whether nothing has happened since a state before.
func (s *State) stands(before *State) bool {
	return s.At == before.At && s.Events == before.Events && s.Mode == before.Mode && s.Factor == before.Factor &&
		s.Paused == before.Paused && s.Requests == before.Requests && len(s.Timeline) == len(before.Timeline)
}

// isolated tells whether a cut has a node on its smaller side.
func isolated(faults []fault.Action, n protocol.NodeID) bool {
	return slices.ContainsFunc(faults, func(a fault.Action) bool { return a.Kind == fault.Cut && isolates(&a, n) })
}

func isolates(a *fault.Action, n protocol.NodeID) bool {
	smaller := a.From
	if len(a.To) < len(a.From) {
		smaller = a.To
	}
	return slices.Contains(smaller, n)
}

func numbers(nodes []protocol.NodeID) []int {
	out := make([]int, len(nodes))
	for i, n := range nodes {
		out[i] = int(n)
	}
	return out
}
