package workload

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/rng"
)

// A Verifier checks a certificate for a call's status against the subnet's key and gives the status it proves.
// It reports false when the certificate proves nothing.
type Verifier func(id protocol.MessageID, certificate []byte) (protocol.IngressStatus, bool)

// An Identity is what a client signs with.
type Identity struct {
	Secret crypto.BasicSecretKey
	Public crypto.BasicPublicKey
	Sender principal.ID
}

// A Client makes calls. Build it with New.
type Client struct {
	config   Config
	scheme   crypto.Scheme
	identity Identity
	genesis  uint64
	nodes    []protocol.NodeID // of the subnet
	targets  [][]protocol.NodeID
	verify   Verifier
	gaps     *rng.Quantiles // between calls, when they come at random
	random   rng.Stream

	made    int
	due     protocol.Time // of the next call; Never when there is none
	waiting []*call       // in the order they were made
}

// A call is one that has no answer yet.
type call struct {
	message *protocol.SignedIngress
	made    protocol.Time
	act     protocol.Time // when to ask again
	acked   bool          // a node has taken it: polling is enough
}

// New makes a client. nodes are the members of the subnet it asks, at least one.
func New(c Config, s crypto.Scheme, id Identity, genesis uint64, nodes []protocol.NodeID, v Verifier, random rng.Source) *Client {
	k := &Client{config: c, scheme: s, identity: id, genesis: genesis, nodes: nodes, verify: v, random: random.Stream()}
	for _, n := range nodes {
		k.targets = append(k.targets, []protocol.NodeID{n})
	}
	if c.Poisson {
		k.gaps = rng.Exponential(int64(c.Every))
	}
	k.due = protocol.Time(c.Start)
	if !k.more() {
		k.due = protocol.Never
	}
	return k
}

// Step handles answers, then makes the calls that are due and asks again where nothing came.
func (k *Client) Step(in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		if reply, ok := in.Arrivals[i].Msg.(*protocol.StatusReply); ok {
			k.answer(reply, in.Now, out)
		}
	}
	for k.due <= in.Now {
		k.call(in.Now, out)
	}
	k.retry(in.Now, out)
	out.Wake = k.nextWake()
}

func (k *Client) more() bool {
	return k.due < protocol.Time(k.config.Stop) && (k.config.Count == 0 || k.made < k.config.Count)
}

// call signs and sends the next call and sets the time of the one after it.
func (k *Client) call(now protocol.Time, out *protocol.Outputs) {
	content := protocol.IngressContent{
		Sender: k.identity.Sender, Canister: k.config.Canister, Method: k.config.Method, Arg: k.config.Arg,
		Expiry: now.Add(lifetime), Nonce: binary.BigEndian.AppendUint64(nil, uint64(k.made)),
	}
	signature := k.scheme.SignBasic(k.identity.Secret, protocol.IngressSignable(content.RequestID(k.genesis)))
	m := protocol.NewSignedIngress(content, k.genesis, k.identity.Public, signature)
	c := &call{message: m, made: now, act: now.Add(syncWait)}
	k.waiting = append(k.waiting, c)
	k.made++
	out.Emit(protocol.Note{Kind: protocol.NoteCallSubmitted, Hash: crypto.Hash(m.MessageID)})
	k.ask(&protocol.CallRequest{Ingress: m}, out)

	if k.gaps != nil {
		k.due = k.due.Add(1) + protocol.Time(k.gaps.Pick(k.random.Next()))
	} else {
		k.due = k.due.Add(k.config.Every)
	}
	if !k.more() {
		k.due = protocol.Never
	}
}

// ask sends a request to a random node of the subnet.
func (k *Client) ask(m protocol.Message, out *protocol.Outputs) {
	out.Send(k.targets[k.random.Next().IntN(len(k.targets))], m)
}

// answer takes a node's reply to an open call. Replies to calls that are over are ignored.
func (k *Client) answer(reply *protocol.StatusReply, now protocol.Time, out *protocol.Outputs) {
	for i, c := range k.waiting {
		if c.message.MessageID != reply.ID {
			continue
		}
		status, proven := protocol.IngressStatus{}, false
		if len(reply.Certificate) > 0 {
			status, proven = k.verify(reply.ID, reply.Certificate)
		}
		switch {
		case proven && status.State.IsTerminal():
			k.end(i, protocol.NoteCallAnswered, status.Reject.Error, status, now, out)
		case reply.Refused != "":
			c.act = now.Add(pollEvery) // another node may take it
		default:
			c.acked = reply.Status.State != protocol.IngressUnknown
			c.act = now.Add(pollEvery)
		}
		return
	}
}

// retry asks again for calls whose time has come, and gives up those that have expired.
func (k *Client) retry(now protocol.Time, out *protocol.Outputs) {
	for i := 0; i < len(k.waiting); {
		c := k.waiting[i]
		switch {
		case now >= c.message.Content.Expiry.Add(grace):
			k.end(i, protocol.NoteCallLost, "", protocol.IngressStatus{}, now, out)
			continue
		case now < c.act:
		case c.acked || now >= c.message.Content.Expiry:
			k.ask(&protocol.StatusRequest{ID: c.message.MessageID}, out)
			c.act = now.Add(pollEvery)
			c.acked = false // unless this node, too, knows of the call, it is sent again
		default:
			k.ask(&protocol.CallRequest{Ingress: c.message}, out)
			c.act = now.Add(syncWait)
		}
		i++
	}
}

// end closes open call i.
func (k *Client) end(i int, kind protocol.NoteKind, reason string, s protocol.IngressStatus, now protocol.Time, out *protocol.Outputs) {
	c := k.waiting[i]
	k.waiting = append(k.waiting[:i], k.waiting[i+1:]...)
	if s.State == protocol.IngressRejected && reason == "" {
		reason = s.Reject.Message
	}
	out.Emit(protocol.Note{
		Kind: kind, Hash: crypto.Hash(c.message.MessageID), Value: uint64(now.Sub(c.made)), Reason: reason,
	})
}

func (k *Client) nextWake() protocol.Time {
	wake := k.due
	for _, c := range k.waiting {
		wake = min(wake, c.act, c.message.Content.Expiry.Add(grace))
	}
	return wake
}
