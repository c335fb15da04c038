package idkg

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/ideal"
	crypt "icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/registry"
)

var (
	ecdsaKey   = chainkey.KeyID{Algorithm: chainkey.ECDSA, Name: "e"}
	ed25519Key = chainkey.KeyID{Algorithm: chainkey.Ed25519, Name: "s"}
)

// A world is nodes with pools on a chain of blocks, without consensus: what one publishes, all get. Its state takes what blocks bring.
type world struct {
	t        testing.TB
	registry *registry.Registry
	nodes    []*node
	chain    []*protocol.Block
	state    *protocol.ChainKeyState
	at       protocol.Height // of state
	notes    []protocol.Note
}

type node struct {
	*Payloads
	meter  protocol.Meter
	out    Effects
	faulty bool                                      // what it notes does not count
	drop   func(protocol.Artifact) protocol.Artifact // what the node sends in place of an artifact; nil: nothing
}

// newWorld has as many nodes in the registry as there may be members, of which the first so many are.
func newWorld(t testing.TB, members, nodes int, chainKeys *protocol.ChainKeys) *world {
	w := &world{t: t, state: new(protocol.ChainKeyState)}
	scheme := ideal.New()
	var snapshot protocol.RegistrySnapshot
	var secrets []keys.Secrets
	record := &protocol.SubnetRecord{ChainKeys: chainKeys, DKGIntervalLength: 99}
	for n := range protocol.NodeID(nodes) {
		seed := crypto.Seed{byte(n), 7}
		basic, signing := scheme.BasicKey(seed)
		multi, committee, _ := scheme.MultiKey(seed)
		secret := crypt.NewKey(seed)
		snapshot.Nodes = append(snapshot.Nodes, &protocol.NodeRecord{
			ID: n, SigningKey: signing, CommitteeKey: committee, IDKGKey: secret.Public(),
		})
		secrets = append(secrets, keys.Secrets{Basic: basic, Multi: multi, IDKG: []*crypt.SecretKey{secret}})
		if int(n) < members {
			record.Members = append(record.Members, n)
		}
	}
	snapshot.Subnets = []*protocol.SubnetRecord{record}
	w.registry = registry.New(snapshot)
	for n := range protocol.NodeID(nodes) {
		w.join(0, keys.Keyring{Node: n, Scheme: scheme, Registry: w.registry.Client(n, registry.PollPhase{}), Secrets: secrets[n]})
	}
	w.found(0)
	return w
}

// join adds a node of a subnet.
func (w *world) join(subnet protocol.SubnetID, ring keys.Keyring) {
	node := &node{drop: func(a protocol.Artifact) protocol.Artifact { return a }}
	ring.Meter = &node.meter
	node.Payloads = &Payloads{
		Subnet: subnet, Keys: &ring,
		Pool: NewPool(Config{
			Node: ring.Node, Keys: &ring, Tip: w.tip, State: func() (*protocol.ChainKeyState, protocol.Height) { return w.state, w.at },
		}),
		StateAt: func(h protocol.Height) (*protocol.ChainKeyState, bool) {
			return w.state, h == w.at
		},
	}
	w.nodes = append(w.nodes, node)
}

// found makes the first block of a subnet by the registry.
func (w *world) found(subnet protocol.SubnetID) {
	w.append(&protocol.Payload{Batch: protocol.BatchPayload{IDKG: Genesis(w.registry.Latest(), subnet, &protocol.Summary{})}})
}

func (w *world) tip() *protocol.Block           { return w.chain[len(w.chain)-1] }
func (w *world) payload() *protocol.IDKGPayload { return w.tip().Payload.Batch.IDKG }
func (w *world) context() protocol.ValidationContext {
	return protocol.ValidationContext{
		RegistryVersion: w.registry.Latest().Version, CertifiedHeight: w.at, Time: protocol.Time(w.tip().Height+1) * 1e9,
	}
}

// append adds a block, whose batch the state takes at once.
func (w *world) append(p *protocol.Payload) {
	b := &protocol.Block{Height: protocol.Height(len(w.chain)), Payload: p}
	b.Context.RegistryVersion = w.registry.Latest().Version
	w.chain = append(w.chain, b)
	next := *w.state
	for _, made := range p.Batch.IDKG.Made {
		stashes := append([]protocol.Stash(nil), next.Stashes...)
		found := false
		for i := range stashes {
			if stashes[i].Key == made.Key {
				stashes[i].PreSignatures, found = append(slices.Clip(stashes[i].PreSignatures), made), true
			}
		}
		if !found {
			stashes = append(stashes, protocol.Stash{Key: made.Key, PreSignatures: []*protocol.PreSignature{made}})
		}
		next.Stashes = stashes
	}
	for _, a := range p.Batch.IDKG.Answers {
		var open []*protocol.SignatureContext
		for _, c := range next.Open {
			if c.ID != a.ID {
				open = append(open, c)
			}
		}
		next.Open = open
	}
	w.state, w.at = &next, b.Height
}

// exchange lets all nodes step until nobody has anything to say.
func (w *world) exchange() {
	for quiet := false; !quiet; {
		quiet = true
		for i, n := range w.nodes {
			n.out.Reset()
			n.Pool.Step(&n.out)
			if !n.faulty {
				w.notes = append(w.notes, n.out.Notes...)
			}
			for _, a := range n.out.Publish {
				quiet = false
				if a = n.drop(a); a == nil {
					continue
				}
				for k, other := range w.nodes {
					if k != i {
						other.Pool.Insert(a, n.Keys.Node)
					}
				}
			}
		}
	}
}

// build has a node make the next block's payload.
func (w *world) build(by int) *protocol.IDKGPayload {
	return w.nodes[by].Build(w.tip().Height+1, w.tip(), w.context(), nil)
}

func (w *world) validate(by int, p *protocol.IDKGPayload) protocol.Verdict {
	return w.nodes[by].Validate(w.tip().Height+1, w.tip(), w.context(), nil, p)
}

// block lets nodes exchange what they have, and then makes a block, which everybody has to accept.
func (w *world) block(by int) *protocol.IDKGPayload {
	w.t.Helper()
	w.exchange()
	p := w.build(by)
	for i := range w.nodes {
		require.Equal(w.t, protocol.Accept(), w.validate(i, p), "node %d on block %d of node %d", i, w.tip().Height+1, by)
	}
	w.append(&protocol.Payload{Batch: protocol.BatchPayload{IDKG: p}})
	return p
}

// summary makes a summary block under the latest registry version.
func (w *world) summary() *protocol.IDKGPayload {
	s := &protocol.Summary{Height: w.tip().Height + 1}
	p := w.nodes[0].Summary(w.tip(), s, w.registry.Latest().Version)
	for _, n := range w.nodes {
		require.Equal(w.t, p.Hash(), n.Summary(w.tip(), s, w.registry.Latest().Version).Hash())
	}
	w.append(&protocol.Payload{Batch: protocol.BatchPayload{IDKG: p}})
	return p
}

// request opens a request that is paired and has a nonce.
func (w *world) request(key chainkey.KeyID) *protocol.SignatureContext {
	next := *w.state
	next.Stashes = append([]protocol.Stash(nil), next.Stashes...)
	nonce := crypto.Sum("nonce", []byte{byte(next.Next)})
	c := &protocol.SignatureContext{
		ID: next.Next, Key: key, Path: [][]byte{{1}}, Message: make([]byte, 32), Nonce: &nonce, Paired: w.at,
		Call: protocol.NewRequest(&protocol.Request{Callback: protocol.CallbackID(next.Next)}), Time: protocol.Time(w.at) * 1e9,
	}
	for i := range next.Stashes {
		if s := &next.Stashes[i]; s.Key == key && len(s.PreSignatures) > 0 {
			c.PreSignature, s.PreSignatures = s.PreSignatures[0], s.PreSignatures[1:]
		}
	}
	require.NotNil(w.t, c.PreSignature, fmt.Sprint(key))
	next.Open, next.Next = append(append([]*protocol.SignatureContext(nil), next.Open...), c), next.Next+1
	w.state = &next
	return c
}

// until makes blocks until a condition holds.
func (w *world) until(done func() bool) {
	w.t.Helper()
	for range 30 {
		if done() {
			return
		}
		w.block(int(w.tip().Height) % len(w.nodes))
	}
	w.t.Fatal("it takes too long")
}

func both(stash int) *protocol.ChainKeys {
	return &protocol.ChainKeys{Parallel: 6, Keys: []protocol.ChainKey{
		{ID: ecdsaKey, PreSignatures: stash, Queue: 9}, {ID: ed25519Key, PreSignatures: stash, Queue: 9},
	}}
}
