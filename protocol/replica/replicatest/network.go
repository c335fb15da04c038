package replicatest

import (
	"icsim/crypto/hashtree"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
	"icsim/protocol/protocoltest"
	"icsim/protocol/replica"
)

// Latency is how long each message takes.
const Latency = protocol.Time(20e6)

// A network is machines with numbers from 0 that reach each other.
type network struct {
	hosts    []*protocoltest.Host
	flying   []flight        // by arrival
	of       protocol.NodeID // whose inputs are recorded
	recorded []protocol.Input
}

// A flight is a message under way.
type flight struct {
	at       protocol.Time
	from, to protocol.NodeID
	msg      protocol.Message
}

// start lets machines live together. The members of each subnet are connected from the start. What is sent to who does not exist is lost.
func (w *World) start(machines []protocol.Machine, of protocol.NodeID) *network {
	n := &network{of: of}
	for i, m := range machines {
		host := &protocoltest.Host{Machine: m, Disk: protocol.NewDisk()}
		host.Run = func(in *protocol.Input, out *protocol.Outputs) {
			m.Step(in, out)
			n.send(protocol.NodeID(i), host.Now(), out.Sends)
		}
		n.hosts = append(n.hosts, host)
	}
	for _, h := range n.hosts {
		h.Start()
	}
	for _, s := range w.Subnets {
		n.connect(s.Record.Members)
	}
	return n
}

// connect tells members of each other, on all lanes that want to know.
func (n *network) connect(members []protocol.NodeID) {
	lanes := []protocol.Lane{protocol.LaneConsensus, protocol.LaneCertification, protocol.LaneIngress}
	for _, one := range members {
		for _, other := range members {
			for _, lane := range lanes {
				if one != other {
					n.deliver(flight{from: protocol.NoNode, to: one, msg: &protocol.PeerChange{At: lane, Peer: other, Conn: 1, Up: true}})
				}
			}
		}
	}
}

func (n *network) send(from protocol.NodeID, now protocol.Time, sends []protocol.Send) {
	for _, s := range sends {
		for _, to := range s.To {
			if int(to) < len(n.hosts) {
				n.flying = append(n.flying, flight{now + Latency, from, to, s.Msg})
			}
		}
	}
}

// step does what is next, if that is not after until.
func (n *network) step(until protocol.Time) bool {
	next, who := protocol.Never, -1
	if len(n.flying) > 0 {
		next = n.flying[0].at
	}
	for i, h := range n.hosts {
		if at := h.Next(); at < next {
			next, who = at, i
		}
	}
	if next > until {
		return false
	}
	for _, h := range n.hosts {
		if who < 0 || h == n.hosts[who] {
			h.Advance(next)
		}
	}
	if who < 0 {
		f := n.flying[0]
		n.flying = n.flying[1:]
		n.deliver(f)
	}
	return true
}

func (n *network) deliver(f flight) {
	host := n.hosts[f.to]
	arrival := protocol.Arrival{From: f.from, Conn: 1, Msg: f.msg}
	if f.to == n.of {
		n.recorded = append(n.recorded, protocol.Input{
			Lane: f.msg.Lane(), Now: host.Now(), Instant: host.Now(), Arrivals: []protocol.Arrival{arrival},
		})
	}
	host.Give(arrival)
}

// User is who makes requests in Recorded: no node.
const User protocol.NodeID = 99

// Recorded gives what comes to a node of a network in which all is well, for some seconds, users' requests among it.
func (w *World) Recorded(of protocol.NodeID) []protocol.Input {
	var machines []protocol.Machine
	for i := range w.Secrets {
		machines = append(machines, replica.New(w.Config(protocol.NodeID(i))))
	}
	to := messagingtest.CanisterOf(w.SubnetOf(of).Record.ID, 0)
	n := w.start(machines, of)
	for at := protocol.Time(1e9); at < recorded; at += 1e9 {
		for n.step(at) {
		}
		for _, h := range n.hosts {
			h.Advance(at)
		}
		call := w.Call(to, "follow", at)
		query := w.Query(to, at)
		read := w.Read([]hashtree.Path{messaging.StatusPath(call.MessageID)}, at)
		for _, m := range []protocol.Message{
			&protocol.CallRequest{Ingress: call, Effective: to}, &protocol.QueryRequest{Query: query, Effective: to},
			&protocol.ReadRequest{Read: read, Effective: to},
		} {
			n.deliver(flight{from: User, to: of, msg: m})
		}
	}
	return n.recorded
}

// recorded is how long Recorded goes on.
const recorded = protocol.Time(6e9)
