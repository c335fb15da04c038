package replica_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
	"icsim/protocol/replica"
	"icsim/protocol/replica/replicatest"
)

const second = protocol.Time(1e9)

// A node is a replica whose lanes are stepped by hand, and whose states are executed and certified by hand.
type node struct {
	testing.TB
	*replicatest.World
	*replica.Replica
	now protocol.Time
	out protocol.Outputs // of the last step
}

// newNode is the first node of the last of some subnets.
func newNode(t testing.TB, nodes ...int) *node {
	w, id := replicatest.NewWorld(nodes...), protocol.NodeID(0)
	for _, n := range nodes[:len(nodes)-1] {
		id += protocol.NodeID(n)
	}
	return &node{TB: t, World: w, Replica: replica.New(w.Config(id))}
}

// give steps the lane of some messages with them, as from a user, or from the node itself if they are of its lanes.
func (n *node) give(messages ...protocol.Message) *protocol.Outputs {
	var arrivals []protocol.Arrival
	for _, m := range messages {
		from := replicatest.User
		if m.Size() == 0 {
			from = protocol.NoNode
		}
		arrivals = append(arrivals, protocol.Arrival{From: from, Msg: m})
	}
	return n.take(arrivals...)
}

// take steps the lane of what arrives with it.
func (n *node) take(arrivals ...protocol.Arrival) *protocol.Outputs {
	return n.step(&protocol.Input{Lane: arrivals[0].Msg.Lane(), Now: n.now, Instant: n.now, Arrivals: arrivals})
}

// wake steps a lane with nothing.
func (n *node) wake(lane protocol.Lane) *protocol.Outputs {
	return n.step(&protocol.Input{Lane: lane, Now: n.now, Instant: n.now})
}

func (n *node) step(in *protocol.Input) *protocol.Outputs {
	n.out = protocol.Outputs{Wake: protocol.Never}
	n.Step(in, &n.out)
	return &n.out
}

// commit executes calls; certify certifies the latest state.
func (n *node) commit(calls ...*protocol.SignedIngress) {
	result, _ := n.Execute(n.States().Latest(), calls...)
	n.States().Commit(result.State)
}

func (n *node) certify() { n.States().Deliver(n.Certify(n.States().Latest())) }

// serving is a node of the root subnet with a certified state.
func serving(t testing.TB) *node {
	n := newNode(t, 4)
	n.commit()
	n.certify()
	return n
}

// to is the canister of the root subnet.
const to = protocol.CanisterID(0)

func (n *node) newCall(serial uint64) *protocol.CallRequest {
	return &protocol.CallRequest{Ingress: n.Call(to, "follow", n.now+protocol.Time(serial)), Effective: to, Serial: serial}
}

func (n *node) newQuery(serial uint64) *protocol.QueryRequest {
	return &protocol.QueryRequest{Query: n.Query(to, n.now+protocol.Time(serial)), Effective: to, Serial: serial}
}

func (n *node) newRead(serial uint64, path hashtree.Path) *protocol.ReadRequest {
	return &protocol.ReadRequest{Read: n.Read([]hashtree.Path{path}, n.now+protocol.Time(serial)), Effective: to, Serial: serial}
}

// replies gives what was sent to the user in the last step, by serial.
func replies[T protocol.Message](n *node, serial func(T) uint64) map[uint64]T {
	n.Helper()
	all := map[uint64]T{}
	for _, s := range n.out.Sends {
		if m, ok := s.Msg.(T); ok {
			require.Equal(n, []protocol.NodeID{replicatest.User}, s.To)
			require.NotContains(n, all, serial(m), "answered twice")
			all[serial(m)] = m
		}
	}
	return all
}

func (n *node) callReplies() map[uint64]*protocol.CallReply {
	n.Helper()
	return replies(n, func(r *protocol.CallReply) uint64 { return r.Serial })
}

func (n *node) queryReplies() map[uint64]*protocol.QueryReply {
	n.Helper()
	return replies(n, func(r *protocol.QueryReply) uint64 { return r.Serial })
}

func (n *node) readReplies() map[uint64]*protocol.ReadReply {
	n.Helper()
	return replies(n, func(r *protocol.ReadReply) uint64 { return r.Serial })
}

// status is what a certificate shows of a call, to whom it is valid.
func (n *node) status(raw []byte, id protocol.MessageID) protocol.IngressState {
	n.Helper()
	c, err := certificate.Decode(raw)
	require.NoError(n, err)
	require.Equal(n, certificate.Valid, c.VerifyForCanister(n.Scheme, n.RootKey(), to.Principal()))
	return messaging.ShownStatus(c.Tree, id).State
}

// interface.md D.1: a synchronous call is answered with the certificate of its outcome, or acknowledged after ten seconds.
func TestSynchronousCallsAreAnsweredOnce(t *testing.T) {
	n := serving(t)
	first, late := n.newCall(1), n.newCall(2)
	n.give(first, late)
	require.Empty(t, n.callReplies())
	n.now = 2 * second
	n.commit(first.Ingress)
	n.wake(protocol.LaneIngress)
	require.Empty(t, n.callReplies(), "nobody has certified the outcome")
	n.certify()
	n.give(&protocol.Poke{At: protocol.LaneIngress, Reason: "state certified"})
	r := n.callReplies()
	require.Len(t, r, 1)
	require.Equal(t, protocol.IngressReplied, n.status(r[1].Certificate, first.Ingress.MessageID))
	n.wake(protocol.LaneIngress)
	require.Empty(t, n.callReplies(), "once")

	deadline := protocol.Time(replica.SyncWait)
	require.Equal(t, deadline, n.out.Wake)
	n.now = deadline - 1
	n.wake(protocol.LaneIngress)
	require.Empty(t, n.callReplies())
	n.now = deadline
	n.wake(protocol.LaneIngress)
	require.Equal(t, map[uint64]*protocol.CallReply{2: {ID: late.Ingress.MessageID, Serial: 2}}, n.callReplies(), "an acknowledgement")
	n.commit(late.Ingress)
	n.certify()
	n.now += second
	n.wake(protocol.LaneIngress)
	require.Empty(t, n.callReplies(), "once")
}

// One that is under way, or over, when it is asked for again is answered from the certified state at once.
func TestKnownCallsAreAnsweredAtOnce(t *testing.T) {
	n := serving(t)
	call := n.newCall(1)
	n.commit(call.Ingress)
	n.certify()
	n.give(call)
	require.Equal(t, protocol.IngressReplied, n.status(n.callReplies()[1].Certificate, call.Ingress.MessageID))
	again := *call
	again.Async, again.Serial = true, 2
	n.give(&again)
	require.Nil(t, n.callReplies()[2].Certificate, "an asynchronous one is acknowledged")
}

// An asynchronous call is acknowledged at once, and goes to the peers all the same.
func TestAsynchronousCallsAreAcknowledged(t *testing.T) {
	n := serving(t)
	n.give(&protocol.PeerChange{At: protocol.LaneIngress, Peer: 1, Conn: 1, Up: true})
	call := n.newCall(1)
	call.Async = true
	n.give(call)
	require.Equal(t, map[uint64]*protocol.CallReply{1: {ID: call.Ingress.MessageID, Serial: 1}}, n.callReplies())
	pushed := false
	for _, s := range n.out.Sends {
		u, ok := s.Msg.(*protocol.SlotUpdate)
		pushed = pushed || ok && u.Artifact == protocol.Artifact(call.Ingress)
	}
	require.True(t, pushed, "%v", n.out.Sends)
	n.now = protocol.Time(replica.SyncWait)
	n.wake(protocol.LaneIngress)
	require.Empty(t, n.callReplies(), "nobody waits for it")
}

// What the canister would not take is told at once, and spread to nobody.
func TestRejectedCallsAreToldAtOnce(t *testing.T) {
	n := serving(t)
	n.give(&protocol.PeerChange{At: protocol.LaneIngress, Peer: 1, Conn: 1, Up: true})
	n.give(&protocol.CallRequest{Ingress: n.Call(to, replicatest.RefusedMethod, 0), Effective: to, Serial: 1})
	require.Equal(t, "IC0536", n.callReplies()[1].Reject.Error)
	require.Len(t, n.out.Sends, 1)
}

// At most maxWatches wait: the next is acknowledged at once.
func TestWaitingCallsAreBounded(t *testing.T) {
	n := serving(t)
	for i := range uint64(replica.MaxWatches) {
		n.give(n.newCall(i))
		require.Empty(t, n.callReplies())
	}
	more := n.newCall(replica.MaxWatches)
	n.give(more)
	require.Equal(t, map[uint64]*protocol.CallReply{more.Serial: {ID: more.Ingress.MessageID, Serial: more.Serial}}, n.callReplies())
	n.now = protocol.Time(replica.SyncWait)
	n.wake(protocol.LaneIngress)
	require.Len(t, n.callReplies(), replica.MaxWatches)
}

// A request a thread is answered in a step; of more than maxRequests that wait the rest is refused with status 429.
func TestWaitingRequestsAreBounded(t *testing.T) {
	n := serving(t)
	var all []protocol.Message
	for i := range uint64(replica.MaxRequests) {
		all = append(all, n.newQuery(i))
	}
	n.give(append(all, n.newQuery(1000), n.newRead(1001, hashtree.Path{"time"}))...)
	require.Equal(t, protocol.StatusTooMany, n.queryReplies()[1000].Refusal.Status)
	require.Equal(t, protocol.StatusTooMany, n.readReplies()[1001].Refusal.Status)
	require.Len(t, n.queryReplies(), replica.QueryThreads+1)
	for last := uint64(replica.QueryThreads - 1); ; last += replica.QueryThreads {
		require.Zero(t, n.queryReplies()[last].Refusal, "the first that came")
		require.NotContains(t, n.queryReplies(), last+1)
		if last == replica.MaxRequests-1 {
			break
		}
		require.Equal(t, n.now, n.out.Wake, "there is more to do")
		n.wake(protocol.LaneQuery)
	}
	require.Greater(t, n.out.Wake, n.now)
}

// A node that has no certified state yet cannot answer, whatever it has executed.
func TestNothingIsAnsweredBeforeTheFirstCertifiedState(t *testing.T) {
	n := newNode(t, 4)
	n.commit()
	n.give(n.newCall(1))
	require.Equal(t, protocol.StatusUnavailable, n.callReplies()[1].Refusal.Status)
	n.give(n.newQuery(2))
	require.Equal(t, protocol.StatusUnavailable, n.queryReplies()[2].Refusal.Status)
	n.give(n.newRead(3, hashtree.Path{"time"}))
	require.Equal(t, protocol.StatusUnavailable, n.readReplies()[3].Refusal.Status)
	n.certify()
	n.give(n.newCall(1))
	require.Empty(t, n.callReplies())
	n.give(n.newQuery(2))
	require.Zero(t, n.queryReplies()[2].Refusal)
	n.give(n.newRead(3, hashtree.Path{"time"}))
	require.Zero(t, n.readReplies()[3].Refusal)
}

// health asks the node how it is.
func (n *node) health() protocol.Health {
	n.Helper()
	n.give(&protocol.StatusRequest{Serial: 7})
	r := replies(n, func(r *protocol.StatusReply) uint64 { return r.Serial })[7]
	require.NotNil(n, r, "it is told at once")
	require.Equal(n, n.States().CertifiedHeight(), r.Height)
	return r.Health
}

// A node tells what it lacks, and is healthy when it lacks nothing (rs/http_endpoints/public/src/lib.rs, start_server_initialization).
func TestNodesTellTheirHealth(t *testing.T) {
	n := newNode(t, 4, 4)
	require.Equal(t, protocol.WaitingForCertifiedState, n.health())
	n.commit()
	require.Equal(t, protocol.WaitingForCertifiedState, n.health())
	n.certify()
	require.Equal(t, protocol.WaitingForRootDelegation, n.health())
	require.Equal(t, protocol.Healthy, serving(t).health())
}

// A node whose certified state is more than 20 heights below its last finalized block says so, and answers no queries and reads: it would
// do so from an old state. Calls it takes (rs/http_endpoints/public/src/health_status_refresher.rs; rs/interfaces/src/consensus_pool.rs,
// HEIGHT_CONSIDERED_BEHIND).
func TestNodesThatLagDoNotAnswer(t *testing.T) {
	for _, finalized := range []protocol.Height{21, 22} { // the certified state is of height 1
		w := replicatest.NewWorld(4)
		cfg := w.Config(0)
		content := cfg.Genesis.Content
		block := *content.Block
		block.Height = finalized
		content.Block, content.BlockHash = &block, block.Hash()
		cfg.Genesis = protocol.NewCatchUpPackage(content, cfg.Genesis.Signature)
		n := &node{TB: t, World: w, Replica: replica.New(cfg)}
		n.commit()
		n.certify()
		health, status := protocol.Healthy, 0
		if finalized > 21 {
			health, status = protocol.CertifiedStateBehind, protocol.StatusUnavailable
		}
		require.Equal(t, health, n.health())
		n.give(n.newQuery(1))
		require.Equal(t, status, n.queryReplies()[1].Refusal.Status)
		n.give(n.newRead(2, hashtree.Path{"time"}))
		require.Equal(t, status, n.readReplies()[2].Refusal.Status)
		n.give(n.newCall(3))
		require.Empty(t, n.callReplies(), "it waits for the outcome")
	}
}

// Queries and reads see the latest certified state, though later ones are executed; the node signs the answer to a query, of that
// state's time.
func TestUsersSeeCertifiedStates(t *testing.T) {
	n := serving(t)
	call := n.newCall(9)
	n.commit()
	n.certify()
	n.commit(call.Ingress)
	n.commit()
	n.give(n.newQuery(1))
	r := n.queryReplies()[1]
	require.Equal(t, "2", string(r.Reply), "the height of the state that was asked")
	require.Equal(t, replicatest.Genesis+uint64(2*second), r.Timestamp)
	record := n.Registry.Latest().Node(0)
	require.Equal(t, record.Principal, r.Node)
	require.True(t, n.Scheme.VerifyBasic(record.SigningKey, r.Signable(), r.Signature))
	for _, v := range []struct {
		certify bool
		want    protocol.IngressState
	}{{false, protocol.IngressUnknown}, {true, protocol.IngressReplied}} {
		if v.certify {
			n.certify()
		}
		n.give(n.newRead(2, messaging.StatusPath(call.Ingress.MessageID)))
		require.Equal(t, v.want, n.status(n.readReplies()[2].Certificate, call.Ingress.MessageID))
	}
	n.give(n.newQuery(3))
	require.Equal(t, strconv.Itoa(4), string(n.queryReplies()[3].Reply))
}

// interface.md D.4: only nodes outside of the root subnet need its word for their key, and ask when they have something to prove.
// Before they have it they cannot answer.
func TestDelegationsAreAskedForOutsideOfTheRootSubnet(t *testing.T) {
	root := serving(t)
	root.wake(protocol.LaneQuery)
	require.Empty(t, root.out.Sends)
	require.Equal(t, protocol.Never, root.out.Wake)

	n := newNode(t, 4, 4)
	n.commit()
	n.wake(protocol.LaneQuery)
	require.Empty(t, n.out.Sends, "there is nothing to prove")
	n.certify()
	n.give(&protocol.Poke{At: protocol.LaneQuery, Reason: "first state certified"})
	require.Len(t, n.out.Sends, 1)
	ask, ok := n.out.Sends[0].Msg.(*protocol.ReadRequest)
	require.True(t, ok)
	require.Len(t, n.out.Sends[0].To, 1)
	require.Contains(t, n.Registry.Latest().Subnet(0).Members, n.out.Sends[0].To[0])
	about := messagingtest.CanisterOf(1, 0)
	query := &protocol.QueryRequest{Query: n.Query(about, 0), Effective: about, Serial: 1}
	n.give(query)
	require.Equal(t, protocol.StatusUnavailable, n.queryReplies()[1].Refusal.Status)

	other := &node{TB: t, World: n.World, Replica: replica.New(n.Config(0))}
	other.commit()
	other.certify()
	other.give(ask)
	reply := other.out.Sends[0].Msg.(*protocol.ReadReply)
	require.Zero(t, reply.Refusal)
	n.give(reply)
	n.give(query)
	require.Zero(t, n.queryReplies()[1].Refusal)
	n.give(&protocol.QueryRequest{Query: n.Query(to, 0), Effective: to, Serial: 2})
	require.Equal(t, protocol.StatusBadRequest, n.queryReplies()[2].Refusal.Status, "another subnet hosts it")
}
