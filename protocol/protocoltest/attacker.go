package protocoltest

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// An attacker sends a machine whatever other nodes and users may send: garbage, what it has seen with something changed, replies
// that nobody asked for, and false ones to what was asked. It holds no keys.
type attacker struct {
	rand      *protocol.Rand
	from      []protocol.NodeID // whom the machine hears of: nodes, users and some whom it knows nothing of
	peers     []protocol.NodeID // whom it is told to be connected with
	version   protocol.ReplicaVersion
	hashes    []crypto.Hash // of blocks
	artifacts []protocol.Artifact
	asked     []asked
	conn      uint32
}

// asked is what the machine asked somebody.
type asked struct {
	of  protocol.NodeID
	msg protocol.Message
}

// remembered bounds what the attacker picks from.
const remembered = 64

func newAttacker(seed crypto.Hash, inputs []protocol.Input) *attacker {
	a := &attacker{rand: protocol.NewRand(seed, "attacker"), from: []protocol.NodeID{1001, 1002}, conn: 1, version: "v"}
	for i := range inputs {
		for _, x := range inputs[i].Arrivals {
			if x.From != protocol.NoNode && !slices.Contains(a.from, x.From) {
				a.from = append(a.from, x.From)
			}
			if c, ok := x.Msg.(*protocol.PeerChange); ok && !slices.Contains(a.peers, c.Peer) {
				a.peers = append(a.peers, c.Peer)
			}
		}
	}
	return a
}

// watch learns from a step.
func (a *attacker) watch(in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		a.conn = max(a.conn, in.Arrivals[i].Conn)
		a.learn(in.Arrivals[i].Msg)
	}
	for _, s := range out.Sends {
		a.learn(s.Msg)
		switch s.Msg.(type) {
		case *protocol.FetchRequest, *protocol.CallRequest, *protocol.QueryRequest, *protocol.ReadRequest, *protocol.StreamPull,
			*protocol.CUPRequest:
			if a.asked = append(a.asked, asked{s.To[0], s.Msg}); len(a.asked) > remembered {
				a.asked = a.asked[1:]
			}
		}
	}
}

func (a *attacker) learn(m protocol.Message) {
	var artifact protocol.Artifact
	switch m := m.(type) {
	case *protocol.SlotUpdate:
		artifact = m.Artifact
	case *protocol.FetchReply:
		artifact = m.Artifact
	case *protocol.CallRequest:
		artifact = m.Ingress
	}
	if p, ok := artifact.(*protocol.BlockProposal); ok {
		a.version = p.Block.Version
		if a.hashes = append(a.hashes, crypto.Hash(p.Hash)); len(a.hashes) > remembered {
			a.hashes = a.hashes[1:]
		}
	}
	if artifact != nil {
		if a.artifacts = append(a.artifacts, artifact); len(a.artifacts) > remembered {
			a.artifacts = a.artifacts[1:]
		}
	}
}

// arrivals are some hostile messages, now.
func (a *attacker) arrivals() (all []protocol.Arrival) {
	for range 1 + a.below(4) {
		from, msg := pick(a, a.from), a.message()
		if _, ok := msg.(*protocol.PeerChange); ok { // it is the node's own host that tells
			from = protocol.NoNode
		}
		all = append(all, protocol.Arrival{From: from, Conn: a.conn + uint32(a.below(2)), Msg: msg})
	}
	if len(a.asked) > 0 && a.below(3) > 0 {
		q := pick(a, a.asked)
		if m := a.reply(q.msg); m != nil {
			all = append(all, protocol.Arrival{From: q.of, Conn: a.conn, Msg: m})
		}
	}
	return all
}

// message makes something up.
func (a *attacker) message() protocol.Message {
	switch a.below(10) {
	case 0, 1:
		return a.push(a.garbage())
	case 2, 3:
		if len(a.artifacts) > 0 {
			return a.push(a.tampered(pick(a, a.artifacts)))
		}
		return a.push(a.garbage())
	case 4:
		u := a.push(a.garbage())
		u.Meta, u.Artifact = a.meta(), nil
		return u
	case 5:
		return a.fetch()
	case 6:
		return a.stream()
	case 7:
		return a.request()
	case 8:
		return a.unasked()
	}
	if len(a.peers) == 0 {
		return a.request()
	}
	return &protocol.PeerChange{ // connections come and go; they are not what one can lie about
		At:   pick(a, []protocol.Lane{protocol.LaneConsensus, protocol.LaneCertification, protocol.LaneIngress}),
		Peer: pick(a, a.peers), Conn: a.conn, Up: a.below(4) > 0,
	}
}

// push spreads an artifact, now and then under the name of another.
func (a *attacker) push(x protocol.Artifact) *protocol.SlotUpdate {
	u := &protocol.SlotUpdate{
		Slot:   pick(a, []uint32{0, 1, 2, 3, 100, 49_999, 50_000, 1<<32 - 1}),
		Commit: pick(a, []uint64{0, 1, a.rand.Uint64() % 1000, 1 << 63, 1<<64 - 1}), Meta: protocol.MetaOf(x), Artifact: x,
	}
	if a.below(8) == 0 {
		u.Meta.Height++
	}
	return u
}

func (a *attacker) fetch() protocol.Message {
	meta := a.meta()
	if len(a.artifacts) > 0 && a.below(2) == 0 {
		meta = protocol.MetaOf(pick(a, a.artifacts))
	}
	if a.below(2) == 0 {
		r := &protocol.FetchReply{Meta: meta, Serial: a.below(20)}
		if a.below(2) == 0 {
			r.Artifact = a.garbage()
		}
		if a.below(2) == 0 {
			r.Ingress = []*protocol.SignedIngress{a.ingress()}
		}
		return r
	}
	r := &protocol.FetchRequest{Meta: meta, Serial: a.rand.Uint64()}
	for range a.below(3) {
		r.Ingress = append(r.Ingress, protocol.MessageID(a.hash()))
	}
	return r
}

// reply answers falsely what the machine asked.
func (a *attacker) reply(q protocol.Message) protocol.Message {
	refusal := protocol.Refusal{}
	if a.below(3) == 0 {
		refusal = protocol.Refusal{Status: pick(a, []int{400, 429, 503, -1, 1 << 30}), Text: "no"}
	}
	switch q := q.(type) {
	case *protocol.FetchRequest:
		r := &protocol.FetchReply{Meta: q.Meta, Serial: q.Serial, Artifact: a.garbage()}
		if len(a.artifacts) > 0 && a.below(2) == 0 {
			r.Artifact = a.tampered(pick(a, a.artifacts))
		}
		return r
	case *protocol.CallRequest:
		r := &protocol.CallReply{ID: q.Ingress.MessageID, Serial: q.Serial, Refusal: refusal}
		if a.below(2) == 0 {
			r.Certificate = a.certificate()
		}
		return r
	case *protocol.QueryRequest:
		r := &protocol.QueryReply{ID: q.Query.ID, Serial: q.Serial, Refusal: refusal, Reply: a.bytes(), Timestamp: a.rand.Uint64()}
		r.Node, r.Signature[3] = a.principal(), 1
		return r
	case *protocol.ReadRequest:
		return &protocol.ReadReply{ID: q.Read.ID, Serial: q.Serial, Refusal: refusal, Certificate: a.certificate()}
	case *protocol.StreamPull:
		return &protocol.StreamReply{From: a.subnet(), Slice: a.slice(), Serial: q.Serial}
	case *protocol.CUPRequest:
		return &protocol.CUPReply{CUP: protocol.NewCatchUpPackage(a.catchUp(), crypto.ThresholdSignature{1}), Serial: q.Serial}
	}
	return nil
}

// unasked is a reply to nothing.
func (a *attacker) unasked() protocol.Message {
	switch a.below(5) {
	case 0:
		return &protocol.CallReply{ID: protocol.MessageID(a.hash()), Certificate: a.certificate(), Serial: a.below(5)}
	case 1:
		return &protocol.QueryReply{ID: protocol.MessageID(a.hash()), Reply: a.bytes(), Serial: a.below(5)}
	case 2:
		return &protocol.ReadReply{Certificate: a.certificate(), Serial: a.below(5)} // of a zero id: what nobody asked
	case 3:
		return a.stateSync()
	}
	return &protocol.ReadReply{ID: protocol.MessageID(a.hash()), Certificate: a.certificate(), Serial: a.below(5)}
}

// stateSync is what nodes that fetch a state and those that serve it say to each other.
func (a *attacker) stateSync() protocol.Message {
	id, root := protocol.ChunkID(a.number()), protocol.StateHash(a.hash())
	switch a.below(7) {
	case 0:
		return &protocol.StateWish{AtHeight: a.height(), Root: root}
	case 1:
		return &protocol.StateAdvert{AtHeight: a.height(), Root: root}
	case 2:
		return &protocol.ChunkRequest{AtHeight: a.height(), Root: root, ID: id, Serial: a.below(20)}
	case 3:
		return &protocol.ChunkReply{AtHeight: a.height(), ID: id, Serial: a.below(20), Absent: a.below(2) == 0, Bytes: a.bytes()}
	case 4:
		return &protocol.CUPReply{CUP: protocol.NewCatchUpPackage(a.catchUp(), crypto.ThresholdSignature{1}), Serial: a.below(5)}
	case 5:
		return &protocol.StopSending{Stream: a.below(20)}
	}
	return &protocol.CUPRequest{Serial: a.below(20)}
}

func (a *attacker) stream() protocol.Message {
	if a.below(2) == 0 {
		return &protocol.StreamReply{From: a.subnet(), Slice: a.slice(), Serial: a.below(5)}
	}
	return &protocol.StreamPull{
		To: a.subnet(), WitnessBegin: protocol.StreamIndex(a.number()), MessageBegin: protocol.StreamIndex(a.number()),
		ByteLimit: int(int64(a.number())), Serial: a.below(5),
	}
}
