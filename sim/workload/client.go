package workload

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/sim/health"
	"icsim/sim/rng"
)

// A Verifier checks a certificate for a call's status and gives the status it proves, at a time in Unix nanoseconds.
// It reports false when the certificate proves nothing.
type Verifier func(id protocol.MessageID, certificate []byte, now uint64) (protocol.IngressStatus, bool)

// An Identity is what a client signs with.
type Identity struct {
	Secret crypto.BasicSecretKey
	Public crypto.BasicPublicKey
	Sender principal.ID
}

// A World is what a client finds.
type World struct {
	Scheme  crypto.Scheme
	Genesis uint64
	Users   []Identity // by number − 1
	Subnets []principal.ID
	// Nodes are those of a subnet that requests go to: another slice when they change, and none while it is being created.
	Nodes func(subnet int) []protocol.NodeID
	// Host gives the subnet that a canister lives on, by the newest routing table; of before, if that tells of none.
	Host func(c protocol.CanisterID, before int) int
	// Verify gives what checks certificates about a canister.
	Verify func(about protocol.CanisterID) Verifier
	// Key gives the key of a node of a subnet, by which its answers to queries are checked.
	Key    func(subnet int, node principal.ID) (crypto.BasicPublicKey, bool)
	Random rng.Source // the client's own
}

// A Client makes calls. Build it with New.
type Client struct {
	config Config
	world  World
	user   User           // the client's own number
	gaps   *rng.Quantiles // between calls, when they come at random
	random rng.Stream

	wall     protocol.Time // what expiries are reckoned from
	made     int
	burst    int           // calls made of those that are due together
	due      protocol.Time // of the next call; Never when there is none. This and all times of the client are of its monotonic clock
	next     int           // of a sequence: which call that is
	waiting  map[protocol.MessageID]*call
	reading  map[protocol.MessageID]*call // by their newest polls
	alarms   alarms                       // of those that wait
	asking   []*question                  // in the order they were made
	memory   Memory
	outcomes []Outcome
	watch    *health.Watch
	subnets  []int // that it asks, and whose nodes it watches
}

// A call is one that has no answer yet.
type call struct {
	number  int // of the client's calls
	over    bool
	message *protocol.SignedIngress
	of      *Call
	user    User               // who signed
	read    protocol.MessageID // the newest poll
	kind    int                // its place in the sequence
	made    protocol.Time
	act     protocol.Time // when to ask again
	expires protocol.Time
	acked   bool // a node has taken it: polling is enough
	open    int  // times that it was sent, without an answer
}

// Rekey lets another source decide what the client does at random from now on.
func (k *Client) Rekey(random rng.Source) { k.random = random.Stream() }

// New makes the client that is user number own.
func New(c Config, own User, w World) *Client {
	k := &Client{
		config: c, world: w, user: own, random: w.Random.Stream(), outcomes: make([]Outcome, max(1, len(c.Sequence))),
		watch: health.NewWatch(), waiting: map[protocol.MessageID]*call{}, reading: map[protocol.MessageID]*call{},
	}
	k.lookAhead()
	k.memory.Replies = make([][]byte, len(c.Sequence))
	k.memory.Subnets = w.Subnets
	for _, u := range w.Users {
		k.memory.Users = append(k.memory.Users, u.Sender)
	}
	if c.Poisson {
		k.gaps = rng.Exponential(int64(c.Every))
	}
	k.due = protocol.Time(c.Start)
	switch {
	case k.closed():
		k.due = max(k.due, protocol.Time(c.Sequence[0].At))
	case len(c.Trace) > 0:
		k.due = protocol.Time(c.Trace[0].At)
	}
	if !k.more() {
		k.due = protocol.Never
	}
	return k
}

// Outcomes tells how each call of the sequence went; of an open client there is one outcome for all.
func (k *Client) Outcomes() []Outcome { return k.outcomes }

func (k *Client) closed() bool { return len(k.config.Sequence) > 0 }

// Step handles answers, then makes the calls that are due and asks again where nothing came.
func (k *Client) Step(in *protocol.Input, out *protocol.Outputs) {
	k.wall = in.Now
	for i := range in.Arrivals {
		switch reply := in.Arrivals[i].Msg.(type) {
		case *protocol.CallReply:
			k.answer(reply, in.Instant, out)
		case *protocol.ReadReply:
			k.polled(reply, in.Instant, out)
		case *protocol.QueryReply:
			k.told(reply, in.Arrivals[i].From, in.Instant, out)
		case *protocol.StatusReply:
			k.watch.Answered(in.Arrivals[i].From, reply)
		}
	}
	for k.due <= in.Instant {
		k.call(in.Instant, out)
	}
	k.retry(in.Instant, out)
	k.askAgain(in.Instant, out)
	out.Wake = k.nextWake()
	if out.Wake != protocol.Never { // there is something left to ask
		k.watch.Step(in.Instant, k.members, out)
		out.Wake = min(out.Wake, k.watch.Next())
	}
}

func (k *Client) more() bool {
	most := k.config.Count
	switch {
	case k.closed():
		most = max(1, most) * len(k.config.Sequence)
	case len(k.config.Trace) > 0:
		most = len(k.config.Trace)
	}
	return k.due < protocol.Time(k.config.Stop) && (most == 0 || k.made < most)
}

// call makes the next call and sets the time of the one after it.
func (k *Client) call(now protocol.Time, out *protocol.Outputs) {
	of := &k.config.Call
	switch {
	case k.closed():
		of = &k.config.Sequence[k.next]
	case len(k.config.Trace) > 0:
		of = &k.config.Trace[k.made]
	}
	o := &k.outcomes[k.next]
	o.Made++
	arg, err := of.Arg, error(nil)
	if of.Prepare != nil {
		arg, err = of.Prepare(&k.memory)
	}
	switch {
	case err != nil:
		o.wrong(now, "it could not be made: "+err.Error())
	case of.Query:
		k.query(of, arg, now, out)
	default:
		k.send(of, arg, now, out)
	}
	k.made++
	k.burst++
	switch {
	case !k.closed() && k.burst < k.config.Burst && (k.config.Count == 0 || k.made < k.config.Count):
		return // the next is due at once
	case k.closed() && err == nil:
		k.due = protocol.Never // until the answer
		return
	case k.closed():
		k.follow(now)
		return
	case k.made < len(k.config.Trace):
		k.due = protocol.Time(k.config.Trace[k.made].At)
	case k.gaps != nil:
		k.due = k.due.Add(1) + protocol.Time(k.gaps.Pick(k.random.Next()))
	default:
		k.due = k.due.Add(k.config.Every)
	}
	k.burst = 0
	if !k.more() {
		k.due = protocol.Never
	}
}

// follow sets the time of the next call of a sequence.
func (k *Client) follow(now protocol.Time) {
	k.next = (k.next + 1) % len(k.config.Sequence)
	of := &k.config.Sequence[k.next]
	k.due = max(now.Add(of.Wait), protocol.Time(of.At))
	if !k.more() {
		k.due = protocol.Never
	}
}

// content makes what a call or query says, and tells who has to sign it.
func (k *Client) content(of *Call, arg []byte) (protocol.IngressContent, User) {
	content := protocol.IngressContent{
		Sender: principal.Anonymous(), Canister: of.Canister, Method: of.Method, Arg: arg,
		Expiry: k.wall.Add(lifetime), Nonce: binary.BigEndian.AppendUint64(nil, uint64(k.made)),
	}
	user := of.As
	if user == 0 {
		user = k.user
	} else { // two clients that sign for one user make different calls
		content.Nonce = binary.BigEndian.AppendUint64(content.Nonce, uint64(k.user))
	}
	if user != Anonymous {
		content.Sender = k.world.Users[user-1].Sender
	}
	return content, user
}

// send signs a call and sends it.
func (k *Client) send(of *Call, arg []byte, now protocol.Time, out *protocol.Outputs) {
	content, user := k.content(of, arg)
	m := protocol.SignIngress(content, k.world.Genesis, func(id protocol.MessageID) protocol.Authentication { return k.sign(user, id) })
	c := &call{
		number: k.made, message: m, of: of, user: user, kind: k.next, made: now, act: now.Add(Patience), expires: now.Add(lifetime),
	}
	k.waiting[m.MessageID] = c
	k.alarms.set(c)
	out.Emit(protocol.Note{Kind: protocol.NoteCallSubmitted, Hash: crypto.Hash(m.MessageID)})
	k.submit(c, out)
	if user == Anonymous {
		return
	}
	for session := 1; session < k.config.Copies; session++ {
		copied := protocol.NewSignedIngress(content, k.world.Genesis, k.delegate(user, session, m.MessageID))
		c.open++
		k.ask(of, &protocol.CallRequest{Ingress: copied, Effective: of.about()}, out)
	}
}

// submit sends a call to a node.
func (k *Client) submit(c *call, out *protocol.Outputs) {
	c.open++
	k.ask(c.of, &protocol.CallRequest{Ingress: c.message, Effective: c.of.about()}, out)
}

// sign authenticates a request of a user.
func (k *Client) sign(user User, id protocol.MessageID) protocol.Authentication {
	if user == Anonymous {
		return protocol.Authentication{}
	}
	who := &k.world.Users[user-1]
	signature := k.world.Scheme.SignBasic(who.Secret, protocol.IngressSignable(id))
	return protocol.Authentication{PublicKey: der.WrapEd25519(who.Public), Signature: signature[:]}
}

// delegate authenticates a request of a user by a session key.
func (k *Client) delegate(user User, session int, id protocol.MessageID) protocol.Authentication {
	who, scheme := &k.world.Users[user-1], k.world.Scheme
	secret, public := scheme.BasicKey(k.world.Random.Split("session", uint64(session)).Seed())
	link := protocol.Delegation{PublicKey: der.WrapEd25519(public), Expiration: k.unix() + uint64(sessionLifetime)}
	signature := scheme.SignBasic(secret, protocol.IngressSignable(id))
	delegated := scheme.SignBasic(who.Secret, link.Signable())
	return protocol.Authentication{
		PublicKey: der.WrapEd25519(who.Public), Signature: signature[:],
		Delegations: []protocol.SignedDelegation{{Delegation: link, Signature: delegated[:]}},
	}
}

// poll asks for the status of a call, as its sender.
func (k *Client) poll(c *call) *protocol.ReadRequest {
	content := protocol.ReadContent{
		Sender: c.message.Content.Sender, Expiry: k.wall.Add(lifetime), Paths: []hashtree.Path{messaging.StatusPath(c.message.MessageID)},
	}
	read := protocol.NewSignedRead(content, k.world.Genesis, k.sign(c.user, content.RequestID(k.world.Genesis)))
	delete(k.reading, c.read)
	c.read = read.ID
	k.reading[c.read] = c
	return &protocol.ReadRequest{Read: read, Effective: c.of.about()}
}

// answer takes a node's reply to an open call. Replies to calls that are over are ignored.
func (k *Client) answer(reply *protocol.CallReply, now protocol.Time, out *protocol.Outputs) {
	c := k.waiting[reply.ID]
	switch {
	case c == nil:
		return
	case reply.Certificate != nil:
		k.proven(c, reply.Certificate, now, out)
		return
	case reply.Reject.Code != 0 || reply.Refusal.Status != 0: // this node has not taken it
		c.open--
	default:
		c.acked = true
	}
	if reply.Reject.Code != 0 && c.open == 0 { // nor has any other
		s := protocol.IngressStatus{State: protocol.IngressRejected, Reject: reply.Reject}
		k.end(c, protocol.NoteCallAnswered, reply.Reject.Error, s, now, out)
		return
	}
	k.later(c, now.Add(pollEvery)) // what is not taken is sent to another node
}

// later sets when a call is asked again.
func (k *Client) later(c *call, at protocol.Time) {
	c.act = at
	k.alarms.set(c)
}

// polled takes a node's answer to a poll.
func (k *Client) polled(reply *protocol.ReadReply, now protocol.Time, out *protocol.Outputs) {
	if c := k.reading[reply.ID]; c != nil {
		k.proven(c, reply.Certificate, now, out)
	}
}

// proven looks at what a certificate shows of an open call.
func (k *Client) proven(c *call, certificate []byte, now protocol.Time, out *protocol.Outputs) {
	status, proven := k.world.Verify(c.of.about())(c.message.MessageID, certificate, k.unix())
	if proven && status.State.IsTerminal() {
		k.end(c, protocol.NoteCallAnswered, status.Reject.Error, status, now, out)
		return
	}
	c.acked = proven && status.State != protocol.IngressUnknown
	k.later(c, now.Add(pollEvery))
}

// retry asks again for calls whose time has come, and gives up those that have expired.
func (k *Client) retry(now protocol.Time, out *protocol.Outputs) {
	for c := k.alarms.first(); c != nil && c.wants() <= now; c = k.alarms.first() {
		switch {
		case now >= c.expires.Add(grace):
			k.end(c, protocol.NoteCallLost, "", protocol.IngressStatus{}, now, out)
		case c.acked || now >= c.expires:
			k.ask(c.of, k.poll(c), out)
			k.later(c, now.Add(pollEvery))
			c.acked = false // unless this node, too, knows of the call, it is sent again
		default:
			k.submit(c, out)
			k.later(c, now.Add(Patience))
		}
	}
}

// end closes an open call.
func (k *Client) end(c *call, kind protocol.NoteKind, reason string, s protocol.IngressStatus, now protocol.Time, out *protocol.Outputs) {
	c.over = true
	delete(k.waiting, c.message.MessageID)
	delete(k.reading, c.read)
	if s.State == protocol.IngressRejected && reason == "" {
		reason = s.Reject.Message
	}
	out.Emit(protocol.Note{
		Kind: kind, Hash: crypto.Hash(c.message.MessageID), Value: uint64(now.Sub(c.made)), Reason: reason,
	})
	k.settle(c.of, c.kind, Answer{Lost: s.State == protocol.IngressUnknown, Reply: s.Reply, Reject: s.Reject}, now)
}

// settle keeps the answer to a call and judges it.
func (k *Client) settle(of *Call, kind int, a Answer, now protocol.Time) {
	o := &k.outcomes[kind]
	o.Answered++
	o.Newest, o.NewestAt = a, now
	if of.Judge != nil {
		if why := of.Judge(&k.memory, a); why != "" {
			o.wrong(now, why)
		}
	}
	if !k.closed() {
		return
	}
	if !a.Lost && a.Reject.Code == 0 {
		k.memory.Replies[kind] = a.Reply
	}
	k.follow(now)
}

func (o *Outcome) wrong(now protocol.Time, why string) {
	if o.Wrong == 0 {
		o.Why, o.WrongAt = why, now
	}
	o.Wrong++
}

// host is the subnet that a call goes to now: canisters move.
func (k *Client) host(of *Call) int { return k.world.Host(of.about(), of.Subnet) }

// about is the canister whose subnet has to certify the answer.
func (c *Call) about() protocol.CanisterID {
	if c.Canister == protocol.ManagementCanister {
		return c.About
	}
	return c.Canister
}

// unix is the client's clock in Unix nanoseconds.
func (k *Client) unix() uint64 { return k.world.Genesis + uint64(k.wall) }

func (k *Client) nextWake() protocol.Time {
	wake := k.due
	if c := k.alarms.first(); c != nil {
		wake = min(wake, c.wants())
	}
	for _, q := range k.asking {
		wake = min(wake, q.act, q.expires)
	}
	return wake
}
