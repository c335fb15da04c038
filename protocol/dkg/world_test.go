package dkg_test

import (
	"time"

	"icsim/crypto"
	"icsim/crypto/ideal"
	"icsim/protocol"
	"icsim/protocol/dkg"
	"icsim/protocol/keys"
)

const version protocol.ReplicaVersion = "v1"

// A registry has a version for each of its snapshots, and every node knows all of them.
type registry []*protocol.RegistrySnapshot

func (g registry) Latest(protocol.Time) protocol.RegistryVersion {
	return protocol.RegistryVersion(len(g))
}
func (g registry) LatestBefore(protocol.Time, time.Duration) protocol.RegistryVersion {
	return protocol.RegistryVersion(len(g))
}
func (g registry) At(v protocol.RegistryVersion) *protocol.RegistrySnapshot { return g[v-1] }

// A world is a subnet whose blocks are made by hand.
type world struct {
	registry registry
	nodes    []*node
	genesis  *protocol.CatchUpPackage
	summary  *protocol.Block // the latest
	dealt    []*protocol.Dealing
	absent   map[protocol.NodeID]bool // do not deal
	notes    []protocol.Note
	tamper   func(n *node, d *protocol.Dealing) *protocol.Dealing // what peers get
}

type node struct {
	*dkg.Payloads
	id protocol.NodeID
}

// newWorld makes a registry with a version for each interval length, which has one more member each.
func newWorld(members int, lengths ...protocol.Height) *world {
	w := &world{absent: map[protocol.NodeID]bool{}}
	scheme, generation := ideal.New(), ideal.NewKeyGeneration()
	var records []*protocol.NodeRecord
	var secrets []keys.Secrets
	for i := range members + len(lengths) {
		seed := crypto.Seed{byte(i), 1}
		var s keys.Secrets
		record := &protocol.NodeRecord{ID: protocol.NodeID(i)}
		s.Basic, record.SigningKey = scheme.BasicKey(seed)
		s.Decryption, record.EncryptionKey, record.EncryptionProof = generation.EncryptionKey(seed, nil)
		records, secrets = append(records, record), append(secrets, s)
	}
	for i, length := range lengths {
		record := &protocol.SubnetRecord{DKGIntervalLength: length, ReplicaVersion: version}
		for n := range members + i {
			record.Members = append(record.Members, protocol.NodeID(n))
		}
		w.registry = append(w.registry, &protocol.RegistrySnapshot{
			Version: protocol.RegistryVersion(i + 1), Subnets: []*protocol.SubnetRecord{record}, Nodes: records,
		})
	}
	founding := dkg.Found(generation, 0, w.registry.At(1), w.registry.At(1).Subnets[0].Members,
		func(n protocol.NodeID) keys.Secrets { return secrets[n] })
	w.genesis = dkg.Genesis(0, w.registry.At(1), founding, 0)
	w.summary = w.genesis.Content.Block
	for i := range records {
		w.nodes = append(w.nodes, w.start(protocol.NodeID(i), secrets[i]))
	}
	return w
}

func (w *world) start(id protocol.NodeID, secrets keys.Secrets) *node {
	ring := &keys.Keyring{
		Node: id, Scheme: ideal.New(), Generation: ideal.NewKeyGeneration(), Registry: w.registry, Secrets: secrets, Meter: new(protocol.Meter),
	}
	pool := dkg.NewPool(dkg.Config{
		Node: id, Version: version, Keys: ring, Latest: func() *protocol.Summary { return w.summary.Payload.Summary },
	})
	return &node{&dkg.Payloads{Keys: ring, Pool: pool}, id}
}

// deal has all nodes deal, and judge each other's dealings.
func (w *world) deal() {
	var out dkg.Effects
	for _, n := range w.nodes {
		out.Reset()
		n.Pool.Step(&out)
		w.note(out.Notes)
		if w.absent[n.id] {
			continue
		}
		for _, d := range out.Publish {
			if w.tamper != nil {
				d = w.tamper(n, d)
			}
			for _, to := range w.nodes {
				if to != n {
					to.Pool.Insert(d, n.id)
				}
			}
		}
	}
	for _, n := range w.nodes {
		out.Reset()
		n.Pool.Step(&out)
		w.note(out.Notes)
	}
}

// note keeps what nodes found invalid.
func (w *world) note(notes []protocol.Note) {
	for _, n := range notes {
		if n.Kind != protocol.NoteKeys {
			w.notes = append(w.notes, n)
		}
	}
}

// block makes a data block, which all other nodes have to find valid, and reports whether there was a dealing left for it.
func (w *world) block(maker int) bool {
	last := w.summary.Payload.Summary
	section := w.nodes[maker].Build(last, w.dealt)
	for _, n := range w.nodes {
		if v := n.Validate(last, w.dealt, section); v.Kind != protocol.Accepts {
			panic(v.Reason)
		}
	}
	w.dealt = append(w.dealt, section...)
	return len(section) > 0
}

// interval has an interval pass in which every dealing comes into a block, and makes the next summary.
func (w *world) interval(context protocol.RegistryVersion) *protocol.Summary {
	w.deal()
	for maker := 0; w.block(maker); {
		maker = (maker + 1) % 2
	}
	return w.next(context)
}

// next makes the next summary of what was dealt so far.
func (w *world) next(context protocol.RegistryVersion) *protocol.Summary {
	s := w.nodes[0].Next(w.summary, protocol.Dealt{Dealings: w.dealt}, context)
	w.summary = &protocol.Block{
		Height: s.Height, Context: protocol.ValidationContext{RegistryVersion: context}, Payload: protocol.NewSummaryPayload(s),
	}
	w.dealt = nil
	return s
}

// signs reports whether some nodes together sign by a key.
func (w *world) signs(t *protocol.Transcript, signers ...protocol.NodeID) bool {
	var shares []crypto.ThresholdSignature
	for _, n := range signers {
		sig, ok := w.nodes[n].Keys.SignThreshold(t, []byte("x"))
		if !ok {
			return false
		}
		shares = append(shares, sig)
	}
	ring := w.nodes[0].Keys
	sig, ok := ring.CombineThreshold(t, []byte("x"), signers, shares)
	return ok && ring.VerifyThreshold(t.Group.Key, []byte("x"), sig)
}
