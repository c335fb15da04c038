package boundary

import (
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/health"
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
	sent    []protocol.Send // requests
	asked   []protocol.Send // for health
}

func newWorld(seed uint64) *world {
	w := &world{wake: protocol.Never}
	w.node = New(Config{Registry: registry, Random: rng.Root(seed), Answer: func(a Answer) { w.answers = append(w.answers, a) }})
	w.step(nil)
	return w
}

// step gives the node a message, or lets it look at the time.
func (w *world) step(m protocol.Message) { w.deliver(protocol.NoNode, m) }

func (w *world) deliver(from protocol.NodeID, m protocol.Message) {
	in := protocol.Input{Lane: protocol.LaneIngress, Instant: w.now}
	if m != nil {
		in.Lane = m.Lane()
		in.Arrivals = []protocol.Arrival{{From: from, Msg: m}}
	}
	out := protocol.Outputs{Wake: protocol.Never}
	w.node.Step(&in, &out)
	for _, s := range out.Sends {
		if _, ok := s.Msg.(*protocol.StatusRequest); ok {
			w.asked = append(w.asked, s)
		} else {
			w.sent = append(w.sent, s)
		}
	}
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

// Whatever nodes do and say, and whenever: each request is answered once, within maxTries times its patience; it goes to no node that is
// not fit while another is, and to none twice while there is another such.
func TestEachRequestIsAnsweredOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(rapid.Uint64().Draw(t, "seed"))
		m := model{world: w, open: map[uint64]*opened{}, said: map[protocol.NodeID]*said{}, tried: map[uint64][]protocol.NodeID{}}
		m.hear(t, 0)
		requests := uint64(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "what") {
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
			default:
				m.tell(rapid.SampledFrom(slices.Sorted(maps.Keys(m.said))).Draw(t, "node"), &protocol.StatusReply{
					Health: rapid.SampledFrom([]protocol.Health{protocol.Healthy, protocol.Healthy, protocol.CertifiedStateBehind}).Draw(t, "health"),
					Height: rapid.SampledFrom([]protocol.Height{1, 50, 100, math.MaxUint64}).Draw(t, "height"),
				})
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

// A model knows what the boundary node may know: who was asked what, and who said what of itself.
type model struct {
	*world
	open  map[uint64]*opened // by serial
	said  map[protocol.NodeID]*said
	tried map[uint64][]protocol.NodeID // by ticket
}

// said is what a node said of itself last, the question that is open, and since when that is so.
type said struct {
	healthy bool
	height  protocol.Height
	serial  uint64
	since   protocol.Time
}

// hear takes note of the questions since so many: each node is asked every second, and given up after five.
func (m *model) hear(t *rapid.T, before int) {
	for _, q := range m.asked[before:] {
		for _, n := range q.To {
			s := m.said[n]
			if s == nil {
				s = &said{}
				m.said[n] = s
			}
			if s.serial != 0 {
				require.Equal(t, s.since.Add(health.Timeout), m.now)
				s.healthy = false
			}
			s.serial, s.since = q.Msg.(*protocol.StatusRequest).Serial, m.now
		}
	}
	for n, s := range m.said {
		idle, open := m.now-s.since, s.serial != 0
		most := health.Interval
		if open {
			most = health.Timeout
		}
		require.LessOrEqual(t, idle, protocol.Time(most), "node %d is not asked", n)
	}
}

// tell answers a node's question, if one is open.
func (m *model) tell(n protocol.NodeID, r *protocol.StatusReply) {
	s := m.said[n]
	r.Serial = s.serial
	m.deliver(n, r)
	if s.serial != 0 {
		s.serial, s.since, s.healthy, s.height = 0, m.now, r.Health == protocol.Healthy, r.Height
	}
}

// fit gives the nodes that say that they are healthy, and are not more than 50 heights below the median of those that do; if there are
// none, all.
func (m *model) fit(members []protocol.NodeID) []protocol.NodeID {
	var heights []float64
	for _, n := range members {
		if m.said[n].healthy {
			heights = append(heights, float64(m.said[n].height))
		}
	}
	if len(heights) == 0 {
		return members
	}
	slices.Sort(heights)
	median := (heights[(len(heights)-1)/2] + heights[len(heights)/2]) / 2
	return slices.DeleteFunc(slices.Clone(members), func(n protocol.NodeID) bool {
		return !m.said[n].healthy || float64(m.said[n].height) < median-50
	})
}

type opened struct {
	request *Request
	until   protocol.Time
}

// step gives the node a message. What it sends then is about a request that is new, or whose node has just failed.
func (m *model) step(t *rapid.T, message protocol.Message, about ...*Request) {
	before, questions := len(m.sent), len(m.asked)
	m.world.step(message)
	defer m.hear(t, questions)
	for _, s := range m.sent[before:] {
		i := slices.IndexFunc(about, func(r *Request) bool { return r.message(serialOf(s.Msg)).Fingerprint() == s.Msg.Fingerprint() })
		require.GreaterOrEqual(t, i, 0, "nobody asked for it")
		r := about[i]
		about = slices.Delete(slices.Clone(about), i, i+1)
		members := registry().Subnets[0].Members
		if r.effective() >= 100 {
			members = registry().Subnets[1].Members
		}
		node, fit, fresh := s.To[0], m.fit(members), func(n protocol.NodeID) bool { return !slices.Contains(m.tried[r.Ticket], n) }
		require.Contains(t, fit, node)
		if slices.ContainsFunc(fit, fresh) {
			require.True(t, fresh(node), "node %d has been asked", node)
		}
		m.tried[r.Ticket] = append(m.tried[r.Ticket], node)
		require.LessOrEqual(t, len(m.tried[r.Ticket]), maxTries)
		m.open[serialOf(s.Msg)] = &opened{r, m.now.Add(r.patience())}
	}
}

func (m *model) reply(t *rapid.T, serial uint64, message protocol.Message) {
	o := m.open[serial]
	if o == nil {
		m.step(t, message)
		return
	}
	delete(m.open, serial)
	m.step(t, message, o.request)
}

// wait lets time pass, from one moment at which a node's patience ends to the next.
func (m *model) wait(t *rapid.T, d time.Duration) {
	for end := m.now.Add(d); ; {
		next := min(end, m.wake)
		for _, o := range m.open {
			next = min(next, o.until)
		}
		m.now = next
		var late []*Request
		for serial, o := range m.open {
			if o.until <= m.now {
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
