package network

import (
	"fmt"
	"time"

	"icsim/protocol"
	"icsim/sim/rng"
)

// An Endpoint is a machine on the network: a node, or a client.
type Endpoint struct {
	Place int // in Paths
	// Mesh: endpoints of the same mesh keep a connection with each other (the nodes of a subnet) until SetPeers says otherwise. NoMesh:
	// none ever; Apart: none until then.
	Mesh int
	// Bits a second; 0: unlimited.
	Uplink, Downlink int64
}

const (
	NoMesh = -1 // clients, which send without connections
	Apart  = -2 // nodes of no subnet
)

// A Config is what a network is made of.
type Config struct {
	Chance    rng.Source // the network's own
	Paths     *Paths
	Endpoints []Endpoint // by NodeID
	Steady    bool       // latencies do not vary, as where a laboratory sets them
}

// A Network is what lies between the nodes. It is a state machine without a clock of its own: see the package's rules.
// Nodes start down; clients start up.
type Network struct {
	chance    rng.Source
	paths     *Paths
	steady    bool
	endpoints []endpoint
	stock     Stock // of endpoints without another
	pairs     []*pair
	schedules []*schedule // of adversaries
}

// endpoint is the state of one machine's access to the network.
//
// What every message needs comes first here and in link: whole subnets do not fit a processor's cache.
type endpoint struct {
	id       protocol.NodeID
	running  bool
	paused   bool
	capped   bool          // its downlink, for some time
	crashed  protocol.Time // the last time; before 0: never
	down, up queue
	traffic  Traffic
	stock    *Stock
	links    []*link          // by receiver; nil where nothing was ever sent
	room     []link           // for new ones, side by side: a message goes over many
	kinds    [NumKinds]uint64 // bytes sent
	waiting  []*Transfer      // for the downlink, large ones, in the order in which they get through
	pairs    []*pair          // its connections, in the order in which they were first wanted
	Endpoint
}

func (e *endpoint) reachable() bool { return e.running && !e.paused }

// Traffic counts what an endpoint has sent and received, with the packets' headers, without retransmissions.
type Traffic struct {
	SentBytes, ReceivedBytes       uint64
	SentMessages, ReceivedMessages uint64
}

// A link is one direction between two endpoints. A message that passes looks at its first 128 bytes alone.
type link struct {
	clear   uint32        // the connection on which messages pass without further ado; 0: look closer
	taken   uint32        // the connection on which the receiver still takes what comes; 0: none
	count   uint64        // of messages sent, indexes the draws
	bytes   uint64        // sent, with headers
	oneWay  int64         // ns, disturbances included
	back    int64         // ns, of the other direction
	loss    uint64        // of a packet, in units of 2⁻⁶⁴
	paced   protocol.Time // when the send window has room again, were it full
	down    uint64        // picoseconds a byte, of the receiver's downlink; 0: unlimited, or capped for some time
	chance  rng.Source
	stopped []uint64 // streams on which nothing is to come

	from, to  *endpoint
	pair      *pair         // nil: without connection
	cuts      int           // that are in force
	clogs     int           // that are in force
	extra     time.Duration // the sum of the disturbances in force
	extraLoss uint64
	held      []*Transfer // sent while blocked, on a connection that may survive
}

// New makes a network. Faults in the configuration are the caller's: it panics.
func New(c Config) *Network {
	n := &Network{
		chance: c.Chance, paths: c.Paths, steady: c.Steady,
		endpoints: make([]endpoint, len(c.Endpoints)),
	}
	meshes := make(map[int][]protocol.NodeID)
	for i, e := range c.Endpoints {
		if e.Place < 0 || e.Place >= c.Paths.places || e.Uplink < 0 || e.Downlink < 0 {
			panic(fmt.Sprintf("network: endpoint %d is at place %d of %d, with %d and %d bit/s",
				i, e.Place, c.Paths.places, e.Uplink, e.Downlink))
		}
		n.endpoints[i] = endpoint{
			Endpoint: e, id: protocol.NodeID(i), running: e.Mesh == NoMesh, crashed: -1, stock: &n.stock,
			up: queue{picosPerByte: picosPerByte(e.Uplink)}, down: queue{picosPerByte: picosPerByte(e.Downlink)},
		}
		if e.Mesh == NoMesh || e.Mesh == Apart {
			continue
		}
		for _, peer := range meshes[e.Mesh] {
			n.addPair(peer, protocol.NodeID(i)).wanted = [2]bool{true, true}
		}
		meshes[e.Mesh] = append(meshes[e.Mesh], protocol.NodeID(i))
	}
	return n
}

// addPair lets two endpoints keep a connection, a < b, once both want it. Those of a mesh are added in ascending order.
func (n *Network) addPair(a, b protocol.NodeID) *pair {
	p := &pair{id: uint32(len(n.pairs)), a: a, b: b, ab: n.link(a, b), ba: n.link(b, a)}
	p.ab.pair, p.ba.pair = p, p
	n.pairs = append(n.pairs, p)
	n.endpoints[a].pairs = append(n.endpoints[a].pairs, p)
	n.endpoints[b].pairs = append(n.endpoints[b].pairs, p)
	return p
}

// find gives the link between two endpoints, or nil if nothing was ever sent.
func (n *Network) find(from, to protocol.NodeID) *link {
	if links := n.endpoints[from].links; int(to) < len(links) {
		return links[to]
	}
	return nil
}

// link finds or makes the link between two endpoints.
func (n *Network) link(from, to protocol.NodeID) *link {
	if l := n.find(from, to); l != nil {
		return l
	}
	src := &n.endpoints[from]
	if src.links == nil {
		src.links = make([]*link, len(n.endpoints))
	}
	if len(src.room) == cap(src.room) {
		src.room = make([]link, 0, linksAtOnce)
	}
	src.room = append(src.room, link{
		from: src, to: &n.endpoints[to],
		chance: n.chance.Split("link", uint64(from), uint64(to)),
	})
	l := &src.room[len(src.room)-1]
	l.foresee()
	n.measure(l)
	l.back = int64(n.paths.OneWay(l.to.Place, l.from.Place))
	src.links[to] = l
	return l
}

// linksAtOnce is how many links of an endpoint are made room for. A subnet has 13 nodes, mostly.
const linksAtOnce = 12

// Rekey lets another source decide what happens to messages from now on.
func (n *Network) Rekey(chance rng.Source) {
	n.chance = chance
	for i := range n.endpoints {
		for to, l := range n.endpoints[i].links {
			if l != nil {
				l.chance = chance.Split("link", uint64(i), uint64(to))
			}
		}
	}
}

// measure sets what a link's places and disturbances amount to. It looks at no other link, since the one back may be in use meanwhile.
func (n *Network) measure(l *link) {
	from, to := l.from.Place, l.to.Place
	l.oneWay = int64(min(n.paths.OneWay(from, to)+l.extra, MaxOneWay))
	l.loss = min(uint64(n.paths.Loss(from, to))+l.extraLoss, uint64(MaxLoss)) * perBillion
}

// remeasure follows a change of a link's disturbances, which the link back has to know of.
func (n *Network) remeasure(l *link) {
	n.measure(l)
	n.link(l.to.id, l.from.id).back = l.oneWay
}

// perBillion is 10⁻⁹ in units of 2⁻⁶⁴.
const perBillion = 1 << 63 / 500_000_000

// A Disturbance makes a link worse.
type Disturbance struct {
	Delay time.Duration // one way
	Loss  Loss
}

// Disturb adds d to the links from each of some endpoints to each of others. Calm takes it away again.
func (n *Network) Disturb(from, to []protocol.NodeID, d Disturbance) {
	n.eachLink(from, to, func(l *link) {
		l.extra += d.Delay
		l.extraLoss += uint64(d.Loss)
		n.remeasure(l)
	})
}

// Calm ends a disturbance that Disturb began with the same arguments.
func (n *Network) Calm(from, to []protocol.NodeID, d Disturbance) {
	n.eachLink(from, to, func(l *link) {
		l.extra -= d.Delay
		l.extraLoss -= uint64(d.Loss)
		n.remeasure(l)
	})
}

func (n *Network) eachLink(from, to []protocol.NodeID, f func(*link)) {
	for _, a := range from {
		for _, b := range to {
			if a != b {
				f(n.link(a, b))
			}
		}
	}
}

// Traffic tells what an endpoint has sent and received.
func (n *Network) Traffic(node protocol.NodeID) Traffic { return n.endpoints[node].traffic }

// SentByKind tells what the bytes that an endpoint has sent were for.
func (n *Network) SentByKind(node protocol.NodeID) [NumKinds]uint64 { return n.endpoints[node].kinds }

// EachLink tells how many messages and bytes have left on each link that was ever used.
func (n *Network) EachLink(tell func(from, to protocol.NodeID, messages, bytes uint64)) {
	for i := range n.endpoints {
		for to, l := range n.endpoints[i].links {
			if l != nil && l.count > 0 {
				tell(protocol.NodeID(i), protocol.NodeID(to), l.count, l.bytes)
			}
		}
	}
}
