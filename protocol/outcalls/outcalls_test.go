package outcalls

import (
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/ideal"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/registry"
)

const (
	second  = protocol.Time(1e9)
	version = protocol.ReplicaVersion("v1")
)

type testingT interface {
	require.TestingT
	Helper()
}

// A world is a subnet whose nodes have pools and look at one state.
type world struct {
	testingT
	registry *registry.Registry
	open     protocol.Outcalls
	nodes    []*node
	servers  func(protocol.NodeID, *protocol.OutcallContext) Answer
	version  protocol.RegistryVersion // in force
}

// A node is a pool and a selector.
type node struct {
	*world
	id       protocol.NodeID
	pool     *Pool
	selector *Selector
	meter    *protocol.Meter
	out      Effects
}

// newWorld makes a subnet of n nodes; a further node is in the registry and not of the subnet. Every server answers "hello".
func newWorld(t testingT, n int) *world {
	w := &world{testingT: t, version: 1}
	w.servers = func(protocol.NodeID, *protocol.OutcallContext) Answer { return body("hello") }
	snapshot := protocol.RegistrySnapshot{Version: 1, Subnets: []*protocol.SubnetRecord{{}}}
	secrets := make([]keys.Secrets, n+1)
	for i := range secrets {
		sk, pk := ideal.New().BasicKey(crypto.Seed{byte(i), 1})
		secrets[i].Basic = sk
		snapshot.Nodes = append(snapshot.Nodes, &protocol.NodeRecord{ID: protocol.NodeID(i), SigningKey: pk})
		if i < n {
			snapshot.Subnets[0].Members = append(snapshot.Subnets[0].Members, protocol.NodeID(i))
		}
	}
	w.registry = registry.New(snapshot)
	for i := range secrets {
		w.nodes = append(w.nodes, w.newNode(protocol.NodeID(i), secrets[i]))
	}
	return w
}

func (w *world) newNode(id protocol.NodeID, secrets keys.Secrets) *node {
	x := &node{world: w, id: id, meter: new(protocol.Meter)}
	k := &keys.Keyring{
		Node: id, Scheme: ideal.New(), Registry: w.registry.Client(id, registry.PollPhase{}), Secrets: secrets, Meter: x.meter,
	}
	x.pool = NewPool(Config{
		Node: id, Version: version, Keys: k, Adapter: w,
		Latest:   func() protocol.Outcalls { return w.open },
		Registry: func() (protocol.RegistryVersion, bool) { return w.version, true },
		Transform: func(c *protocol.OutcallContext, r *protocol.HTTPResponse) protocol.Transformed {
			if c.Transform == nil {
				return protocol.Transformed{Reply: r.Body}
			}
			return protocol.Transformed{Reply: []byte(c.Transform.Method), Instructions: 7}
		},
	})
	x.selector = &Selector{
		Keys: k, Pool: x.pool,
		StateAt:  func(h protocol.Height) (protocol.Outcalls, bool) { return w.open, h <= 10 },
		Registry: func(h protocol.Height) (protocol.RegistryVersion, bool) { return w.version, h <= 100 },
	}
	return x
}

// Fetch implements Adapter.
func (w *world) Fetch(n protocol.NodeID, c *protocol.OutcallContext) Answer { return w.servers(n, c) }

func body(text string) Answer {
	return Answer{Response: &protocol.HTTPResponse{Status: 200, Body: []byte(text)}, After: time.Second}
}

// call opens a call, as execution does: slices are never written to.
func (w *world) call(change func(*protocol.OutcallContext)) *protocol.OutcallContext {
	c := &protocol.OutcallContext{
		ID: w.open.Next, Call: protocol.NewRequest(&protocol.Request{Sender: 5}), URL: "https://a.example.com",
		MaxResponse: protocol.MaxOutcallResponse, Time: second, Node: protocol.NoNode,
	}
	if change != nil {
		change(c)
	}
	w.open.Open = append(slices.Clip(w.open.Open), c)
	w.open.Next++
	return c
}

// answered closes a call.
func (w *world) answered(id protocol.OutcallID) {
	w.open.Open = slices.DeleteFunc(slices.Clone(w.open.Open), func(c *protocol.OutcallContext) bool { return c.ID == id })
}

// step runs a step of a node's pool, and lets its requests be answered at once.
func (x *node) step() {
	x.out.Reset()
	x.pool.Step(&x.out)
	for _, r := range x.out.Requests {
		x.pool.Arrived(r, &x.out)
	}
}

// share gives the node's own share of a call, or nil.
func (x *node) share(id protocol.OutcallID) *protocol.OutcallShare {
	if c := x.pool.find(id); c != nil {
		return c.shareOf(x.id)
	}
	return nil
}

// spread lets all nodes of the subnet step and hear of each other's shares.
func (w *world) spread() {
	for _, x := range w.nodes {
		x.step()
	}
	for _, x := range w.nodes {
		for _, y := range w.nodes {
			for _, c := range y.pool.calls {
				if s := c.shareOf(y.id); s != nil && x != y && x.pool.find(c.ID).shareOf(y.id) == nil {
					x.pool.Insert(s, y.id)
				}
			}
		}
		x.step()
		require.Empty(w, x.out.Notes, "an honest share is refused")
	}
}

func context(now protocol.Time) protocol.ValidationContext {
	return protocol.ValidationContext{RegistryVersion: 1, CertifiedHeight: 5, Time: now}
}

func block(section protocol.OutcallPayload) *protocol.Block {
	return &protocol.Block{Payload: protocol.NewDataPayload(protocol.BatchPayload{Outcalls: section})}
}

// build and validate take the node's word on a block at height 8.
func (x *node) build(now protocol.Time, past ...*protocol.Block) protocol.OutcallPayload {
	return x.selector.Build(8, context(now), past, 4<<20)
}

func (x *node) validate(p protocol.OutcallPayload, now protocol.Time, past ...*protocol.Block) protocol.Verdict {
	return x.selector.Validate(8, &p, context(now), past)
}

// sign makes a share of a node that says what it likes.
func (x *node) sign(m protocol.OutcallMetadata, r *protocol.OutcallResponse) *protocol.OutcallShare {
	return protocol.NewOutcallShare(m, x.id, x.pool.cfg.Keys.SignBasic(m.Signable()), r)
}
