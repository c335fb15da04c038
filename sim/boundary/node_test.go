package boundary

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/rng"
)

func subnetPrincipal(name string) principal.ID { return principal.SelfAuthenticating([]byte(name)) }

// registry has a system subnet of four nodes and an application subnet of six.
func registry() *protocol.RegistrySnapshot {
	return &protocol.RegistrySnapshot{
		Subnets: []*protocol.SubnetRecord{
			{ID: 0, Principal: subnetPrincipal("root"), Type: protocol.SystemSubnet, Members: []protocol.NodeID{0, 1, 2, 3}},
			{ID: 1, Principal: subnetPrincipal("app"), Type: protocol.ApplicationSubnet, Members: []protocol.NodeID{4, 5, 6, 7, 8, 9}},
		},
		Routing: &protocol.RoutingTable{Ranges: []protocol.CanisterRange{{First: 0, Last: 99, Subnet: 0}, {First: 100, Last: 199, Subnet: 1}}},
	}
}

// A world is a boundary node, and what is outside of it and behind it.
type world struct {
	node    *Node
	now     protocol.Time
	wake    protocol.Time
	answers []Answer
	sent    []protocol.Send
}

func newWorld(seed uint64) *world {
	w := &world{wake: protocol.Never}
	w.node = New(Config{Registry: registry, Random: rng.Root(seed), Answer: func(a Answer) { w.answers = append(w.answers, a) }})
	return w
}

// step gives the node a message, or lets it look at the time.
func (w *world) step(m protocol.Message) {
	in := protocol.Input{Lane: protocol.LaneIngress, Instant: w.now}
	if m != nil {
		in.Lane = m.Lane()
		in.Arrivals = []protocol.Arrival{{From: protocol.NoNode, Msg: m}}
	}
	out := protocol.Outputs{Wake: protocol.Never}
	w.node.Step(&in, &out)
	w.sent = append(w.sent, out.Sends...)
	if in.Lane == protocol.LaneIngress {
		w.wake = out.Wake
	}
	for _, l := range out.Locals {
		w.step(l.Msg)
	}
}

// wait lets time pass, with the alarms that the node has set.
func (w *world) wait(d time.Duration) {
	for until := w.now.Add(d); ; {
		if w.wake > until {
			w.now = until
			return
		}
		w.now = max(w.now, w.wake)
		w.step(nil)
	}
}

// identity makes a request id by which the ticket can be told.
func identity(ticket uint64) protocol.MessageID { return protocol.MessageID{byte(ticket)} }

func query(ticket uint64, about protocol.CanisterID) *Request {
	return &Request{Ticket: ticket, Query: &protocol.QueryRequest{Query: &protocol.SignedQuery{ID: identity(ticket)}, Effective: about}}
}

func read(ticket uint64, about protocol.CanisterID) *Request {
	return &Request{Ticket: ticket, Read: &protocol.ReadRequest{Read: &protocol.SignedRead{ID: identity(ticket)}, Effective: about}}
}

func call(ticket uint64, about protocol.CanisterID) *Request {
	ingress := &protocol.SignedIngress{MessageID: identity(ticket)}
	return &Request{Ticket: ticket, Call: &protocol.CallRequest{Ingress: ingress, Effective: about}}
}

// reply answers what was sent, with a status of HTTP if it is not 0.
func reply(m protocol.Message, status int) protocol.Message {
	refusal := protocol.Refusal{Status: status}
	switch m := m.(type) {
	case *protocol.CallRequest:
		return &protocol.CallReply{Serial: m.Serial, Refusal: refusal}
	case *protocol.QueryRequest:
		return &protocol.QueryReply{Serial: m.Serial, Refusal: refusal}
	}
	return &protocol.ReadReply{Serial: m.(*protocol.ReadRequest).Serial, Refusal: refusal}
}

func TestRoutes(t *testing.T) {
	of := func(r *Request, subnet string) *Request { r.Subnet = subnetPrincipal(subnet); return r }
	for name, c := range map[string]struct {
		request *Request
		nodes   []protocol.NodeID // one of which is asked
		refusal string
	}{
		"the canister's subnet":       {query(1, 150), registry().Subnets[1].Members, ""},
		"of the root subnet":          {query(1, 7), registry().Subnets[0].Members, ""},
		"a canister nowhere":          {query(1, 500), nil, refusalNoCanister},
		"the named subnet":            {of(read(1, protocol.ManagementCanister), "root"), registry().Subnets[0].Members, ""},
		"no such subnet":              {of(read(1, protocol.ManagementCanister), "none"), nil, refusalNoSubnet},
		"an application subnet first": {call(1, protocol.ManagementCanister), registry().Subnets[1].Members, ""},
	} {
		w := newWorld(1)
		w.step(c.request)
		if c.refusal != "" {
			require.Empty(t, w.sent, name)
			require.Equal(t, []Answer{{Ticket: 1, Refusal: protocol.Refusal{Status: 400, Text: c.refusal}}}, w.answers, name)
			continue
		}
		require.Empty(t, w.answers, name)
		require.Len(t, w.sent, 1, name)
		require.Len(t, w.sent[0].To, 1, name)
		require.Contains(t, c.nodes, w.sent[0].To[0], name)
	}
}

// A node that does not answer, or says that it cannot now, is not the end: three are asked before the user is told.
func TestThreeNodesAreAsked(t *testing.T) {
	silent := newWorld(1)
	silent.step(read(1, 150))
	silent.wait(maxTries*readPatience - 1)
	require.Empty(t, silent.answers)
	silent.wait(1)
	require.Equal(t, []Answer{{Ticket: 1, Refusal: protocol.Refusal{Status: 504, Text: refusalNoAnswer}}}, silent.answers)
	require.Len(t, silent.sent, maxTries)

	busy := newWorld(1)
	busy.step(query(1, 150))
	for range maxTries {
		busy.step(reply(busy.sent[len(busy.sent)-1].Msg, 503))
	}
	require.Len(t, busy.sent, maxTries)
	require.Equal(t, 503, busy.answers[0].Refusal.Status, "what the last one said")

	for _, w := range []*world{silent, busy} {
		asked := []protocol.NodeID{w.sent[0].To[0], w.sent[1].To[0], w.sent[2].To[0]}
		slices.Sort(asked)
		require.Len(t, slices.Compact(asked), maxTries, "others each time")
	}
}

// What a node refuses for good is told at once: another would say the same.
func TestRefusalsAreTold(t *testing.T) {
	for _, status := range []int{400, 403, 404, 413, 429} {
		w := newWorld(1)
		w.step(query(1, 150))
		w.step(reply(w.sent[0].Msg, status))
		require.Len(t, w.sent, 1)
		require.Equal(t, status, w.answers[0].Refusal.Status)
	}
}

// Whatever nodes do and whenever: each request is answered once, within maxTries times its patience; no node is asked twice about it,
// and none that failed less than sulk ago while there is another that has not been asked.
func TestEachRequestIsAnsweredOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(rapid.Uint64().Draw(t, "seed"))
		m := model{world: w, open: map[uint64]*opened{}, failed: map[protocol.NodeID]protocol.Time{}, tried: map[uint64][]protocol.NodeID{}}
		requests := uint64(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				requests++
				make := []func(uint64, protocol.CanisterID) *Request{call, query, read}[rapid.IntRange(0, 2).Draw(t, "kind")]
				r := make(requests, protocol.CanisterID(rapid.SampledFrom([]uint64{0, 150}).Draw(t, "about")))
				m.step(t, r, r)
			case 1, 2:
				if len(w.sent) > 0 { // also late, and again
					s := w.sent[rapid.IntRange(0, len(w.sent)-1).Draw(t, "which")]
					m.reply(t, serialOf(s.Msg), reply(s.Msg, rapid.SampledFrom([]int{0, 503, 400}).Draw(t, "status")))
				}
			case 3:
				m.wait(t, time.Duration(rapid.IntRange(0, 20_000).Draw(t, "wait"))*time.Millisecond)
			}
		}
		m.wait(t, maxTries*callPatience)
		require.Empty(t, m.open)
		require.Len(t, w.answers, int(requests))
		seen := map[uint64]bool{}
		for _, a := range w.answers {
			require.False(t, seen[a.Ticket], "answered twice")
			seen[a.Ticket] = true
		}
	})
}

// A model knows what the boundary node may know: who was asked what, and who failed when.
type model struct {
	*world
	open   map[uint64]*opened // by serial
	failed map[protocol.NodeID]protocol.Time
	tried  map[uint64][]protocol.NodeID // by ticket
}

type opened struct {
	request *Request
	node    protocol.NodeID
	until   protocol.Time
}

// step gives the node a message. What it sends then is about a request that is new, or whose node has just failed.
func (m *model) step(t *rapid.T, message protocol.Message, about ...*Request) {
	before := len(m.sent)
	m.world.step(message)
	for _, s := range m.sent[before:] {
		i := slices.IndexFunc(about, func(r *Request) bool { return r.message(serialOf(s.Msg)).Fingerprint() == s.Msg.Fingerprint() })
		require.GreaterOrEqual(t, i, 0, "nobody asked for it")
		r := about[i]
		about = slices.Delete(slices.Clone(about), i, i+1)
		members := registry().Subnets[0].Members
		if r.effective() >= 100 {
			members = registry().Subnets[1].Members
		}
		node, fit := s.To[0], func(n protocol.NodeID) bool { return !slices.Contains(m.tried[r.Ticket], n) && m.failed[n] <= m.now }
		require.Contains(t, members, node)
		if slices.ContainsFunc(members, fit) {
			require.True(t, fit(node), "node %d has failed or has been asked", node)
		}
		m.tried[r.Ticket] = append(m.tried[r.Ticket], node)
		require.LessOrEqual(t, len(m.tried[r.Ticket]), maxTries)
		m.open[serialOf(s.Msg)] = &opened{r, node, m.now.Add(r.patience())}
	}
}

func (m *model) reply(t *rapid.T, serial uint64, message protocol.Message) {
	o := m.open[serial]
	if o == nil {
		m.step(t, message)
		return
	}
	delete(m.open, serial)
	var refusal protocol.Refusal
	switch r := message.(type) {
	case *protocol.CallReply:
		refusal = r.Refusal
	case *protocol.QueryReply:
		refusal = r.Refusal
	case *protocol.ReadReply:
		refusal = r.Refusal
	}
	if refusal.Status == 503 {
		m.failed[o.node] = m.now.Add(sulk)
	}
	m.step(t, message, o.request)
}

// wait lets time pass, from one moment at which a node's patience ends to the next.
func (m *model) wait(t *rapid.T, d time.Duration) {
	for end := m.now.Add(d); ; {
		next := end
		for _, o := range m.open {
			next = min(next, o.until)
		}
		m.now = next
		var late []*Request
		for serial, o := range m.open {
			if o.until <= m.now {
				m.failed[o.node] = m.now.Add(sulk)
				late = append(late, o.request)
				delete(m.open, serial)
			}
		}
		m.step(t, nil, late...)
		if next == end {
			return
		}
	}
}

func serialOf(m protocol.Message) uint64 {
	switch m := m.(type) {
	case *protocol.CallRequest:
		return m.Serial
	case *protocol.QueryRequest:
		return m.Serial
	}
	return m.(*protocol.ReadRequest).Serial
}

// Nodes that failed are left alone for a while, and then have another chance.
func TestNodesThatFailedAreLeftAlone(t *testing.T) {
	w := newWorld(3)
	w.step(read(1, 0))
	bad := w.sent[0].To[0]
	w.step(reply(w.sent[0].Msg, 503))
	w.step(reply(w.sent[1].Msg, 0))
	asked := func(tickets int) (bads int) {
		for range tickets {
			w.step(read(2, 0))
			last := w.sent[len(w.sent)-1]
			if last.To[0] == bad {
				bads++
			}
			w.step(reply(last.Msg, 0))
		}
		return bads
	}
	require.Zero(t, asked(100))
	w.wait(sulk)
	require.Greater(t, asked(100), 10)

	for _, n := range registry().Subnets[0].Members {
		w.node.shunned[n] = w.now.Add(sulk)
	}
	require.Greater(t, asked(100), 10, "if all have failed, any is asked")
}
