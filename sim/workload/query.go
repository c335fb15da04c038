package workload

import (
	"icsim/crypto"
	"icsim/protocol"
)

// A question is a query that has no answer yet.
type question struct {
	query   *protocol.SignedQuery
	of      *Call
	kind    int // its place in the sequence
	made    protocol.Time
	act     protocol.Time // when to ask another node
	expires protocol.Time
}

// query signs a query and asks a node.
func (k *Client) query(of *Call, arg []byte, now protocol.Time, out *protocol.Outputs) {
	content, user := k.content(of, arg)
	signed := protocol.NewSignedQuery(content, k.world.Genesis, k.sign(user, content.QueryID(k.world.Genesis)))
	q := &question{query: signed, of: of, kind: k.next, made: now, expires: now.Add(lifetime)}
	k.asking = append(k.asking, q)
	out.Emit(protocol.Note{Kind: protocol.NoteQueryMade, Hash: crypto.Hash(signed.ID)})
	k.pose(q, now, out)
}

// pose asks a random node.
func (k *Client) pose(q *question, now protocol.Time, out *protocol.Outputs) {
	q.act = now.Add(queryWait)
	k.ask(q.of, &protocol.QueryRequest{Query: q.query, Effective: q.of.about()}, out)
}

// told takes a node's answer. Where the signature or the state's age is not right another node is asked at once; after a refusal,
// a while later.
func (k *Client) told(reply *protocol.QueryReply, from protocol.NodeID, now protocol.Time, out *protocol.Outputs) {
	for i, q := range k.asking {
		if q.query.ID != reply.ID {
			continue
		}
		if reply.Refusal.Status != 0 {
			q.act = now.Add(pollEvery)
			return
		}
		if why := k.distrust(q, reply); why != "" {
			out.Emit(protocol.Note{Kind: protocol.NoteQueryDistrusted, Hash: crypto.Hash(reply.ID), Peer: from, Reason: why})
			k.pose(q, now, out)
			return
		}
		k.asking = append(k.asking[:i], k.asking[i+1:]...)
		reason := reply.Reject.Error
		if reply.Reject.Code != 0 && reason == "" {
			reason = reply.Reject.Message
		}
		out.Emit(protocol.Note{
			Kind: protocol.NoteQueryAnswered, Hash: crypto.Hash(reply.ID), Value: uint64(now.Sub(q.made)), Reason: reason,
		})
		k.settle(q.of, q.kind, Answer{Reply: reply.Reply, Reject: reply.Reject}, now)
		return
	}
}

// Reasons to distrust an answer.
const (
	reasonStranger  = "not by a node of the subnet"
	reasonSignature = "signature invalid"
	reasonStale     = "of an old state"
)

// distrust says what is wrong with an answer, as agents see it: the node's key is the one that the subnet's state names, and the
// state that was asked is not older than five minutes (reference/interface.md D.6).
//
// Model: a client has the keys of nodes from the registry; agents read them from the subnet's certified state.
func (k *Client) distrust(q *question, reply *protocol.QueryReply) string {
	key, ok := k.world.Key(k.host(q.of), reply.Node)
	switch {
	case !ok:
		return reasonStranger
	case !k.world.Scheme.VerifyBasic(key, reply.Signable(), reply.Signature):
		return reasonSignature
	case !isFresh(reply.Timestamp, k.unix()):
		return reasonStale
	}
	return ""
}

// askAgain asks another node where no answer has come, and gives up what has expired.
func (k *Client) askAgain(now protocol.Time, out *protocol.Outputs) {
	for i := 0; i < len(k.asking); {
		q := k.asking[i]
		if now >= q.expires {
			k.asking = append(k.asking[:i], k.asking[i+1:]...)
			out.Emit(protocol.Note{Kind: protocol.NoteQueryLost, Hash: crypto.Hash(q.query.ID)})
			k.settle(q.of, q.kind, Answer{Lost: true}, now)
			continue
		}
		if now >= q.act {
			k.pose(q, now, out)
		}
		i++
	}
}
