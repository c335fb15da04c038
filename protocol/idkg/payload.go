package idkg

import (
	"slices"

	"icsim/crypto/chainkey"
	crypt "icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/keys"
)

// Payloads is what block makers and validators have to know of chain keys.
type Payloads struct {
	Subnet protocol.SubnetID
	Keys   *keys.Keyring
	Pool   *Pool
	// StateAt gives what the state at a height has of chain keys; ok is false when the node does not have it.
	StateAt func(protocol.Height) (state *protocol.ChainKeyState, ok bool)
}

// Genesis is what the first block of a subnet, or of one that is recovered, says of its chain keys: each is to be made, by the members
// alone or of what another subnet has dealt to them (protocol.ChainKeyInitialization). Nil: it has none.
func Genesis(registry *protocol.RegistrySnapshot, subnet protocol.SubnetID, s *protocol.Summary) *protocol.IDKGPayload {
	return summary(registry, subnet, nil, s)
}

// Summary is what the summary block s that follows parent says of chain keys. A key that was made in the interval comes into force; one
// that others hold than the members at the registry version of the summary's context, or with other encryption keys, is reshared to them
// (rs/consensus/idkg/src/payload_builder.rs, create_summary_payload).
func (p *Payloads) Summary(
	parent *protocol.Block, s *protocol.Summary, context protocol.RegistryVersion,
) *protocol.IDKGPayload {
	return summary(p.Keys.Registry.At(context), p.Subnet, parent.Payload.Batch.IDKG, s)
}

func summary(
	registry *protocol.RegistrySnapshot, subnet protocol.SubnetID, parent *protocol.IDKGPayload, s *protocol.Summary,
) *protocol.IDKGPayload {
	record := registry.Subnet(subnet)
	if record.ChainKeys == nil {
		return nil
	}
	next := &protocol.IDKGPayload{}
	if parent != nil {
		next.Serial, next.Creating = parent.Serial, parent.Creating
	}
	b := &builder{registry: registry, subnet: subnet, height: s.Height, next: next}
	for i := range record.ChainKeys.Keys {
		key := protocol.MasterKey{ID: record.ChainKeys.Keys[i].ID}
		if parent != nil {
			if old := parent.Key(key.ID); old != nil {
				key = *old
			}
		}
		if !key.ID.Algorithm.NeedsPreSignatures() {
			if now := s.Current.VetKDOf(key.ID); key.VetKD == nil || now != nil && now.ID != key.VetKD.ID {
				key.VetKD, key.Former = now, key.VetKD
			}
		} else {
			b.proceed(&key, record)
		}
		next.Keys = append(next.Keys, key)
	}
	b.dropOld()
	b.advanceResharings(parent, nil)
	return next
}

// proceed brings a made key into force, and has one made or reshared where that is due. One that another subnet holds is made of what
// that has dealt.
func (b *builder) proceed(key *protocol.MasterKey, record *protocol.SubnetRecord) {
	members, initial := record.Members, record.Initialization(key.ID)
	if key.Next != nil {
		key.Current, key.Next = key.Next, nil
	}
	switch {
	case key.Making != nil:
	case key.Current == nil && initial != nil:
		key.Making = b.received(initial)
	case key.Current == nil:
		key.Making = b.config(key.ID.Algorithm.IDKG(), b.nodes(members), members, crypt.Random, nil, nil)
	case !b.registry.Holds(key.Current, members):
		key.Making = b.config(key.ID.Algorithm.IDKG(), b.nodes(members), key.Current.Receivers, crypt.ReshareOfUnmasked, key.Current, nil)
	}
}

// A group is nodes with the keys that shares are encrypted to for them.
type group struct {
	registry protocol.RegistryVersion
	nodes    []protocol.NodeID
	keys     []crypt.EncryptionKey
}

// nodes are members with their keys in the registry.
func (b *builder) nodes(members []protocol.NodeID) group {
	g := group{registry: b.registry.Version, nodes: members}
	for _, n := range members {
		g.keys = append(g.keys, b.registry.Node(n).IDKGKey)
	}
	return g
}

// holders are the nodes who share a transcript.
func holders(t *protocol.IDKGTranscript) group {
	return group{t.Registry, t.Receivers, t.Transcript.Receivers()}
}

// A builder makes a block's payload from that of its parent.
type builder struct {
	registry *protocol.RegistrySnapshot
	subnet   protocol.SubnetID
	height   protocol.Height
	next     *protocol.IDKGPayload
}

// dropOld forgets pre-signatures on their way for a key that others have by now.
func (b *builder) dropOld() {
	b.next.Creating = slices.DeleteFunc(slices.Clone(b.next.Creating), func(c *protocol.PreSignatureInCreation) bool {
		key := b.next.Key(c.Key)
		return key == nil || key.Current == nil || key.Current.ID != c.Master.ID
	})
}

// config states a transcript that is to be made.
func (b *builder) config(
	algorithm crypt.Algorithm, to group, dealers []protocol.NodeID, op crypt.Operation, left, right *protocol.IDKGTranscript,
) *protocol.IDKGConfig {
	c := &protocol.IDKGConfig{
		ID:       protocol.IDKGID{Subnet: b.subnet, Height: b.height, Serial: b.serial()},
		Registry: to.registry, Dealers: dealers, Receivers: to.nodes, Left: left, Right: right,
	}
	c.Params = &crypt.Params{Algorithm: algorithm, ID: c.ID.Bytes(), Dealers: len(dealers), Receivers: to.keys, Operation: op}
	if left != nil {
		c.Params.Left = left.Transcript
	}
	if right != nil {
		c.Params.Right = right.Transcript
	}
	return c
}

func (b *builder) serial() uint64 {
	b.next.Serial++
	return b.next.Serial - 1
}

// A basis is what a data block's payload follows from.
type basis struct {
	height  protocol.Height
	parent  *protocol.IDKGPayload
	context protocol.ValidationContext
	past    []*protocol.Block // whose payloads the state does not know
	state   *protocol.ChainKeyState
	record  *protocol.ChainKeys
}

// found is what a block's maker found by itself.
type found struct {
	completed []*protocol.CompletedIDKG
	initial   []*protocol.InitialDealings
	answers   []*protocol.SignatureAnswer
}

// next makes the payload that follows from the parent's, by what the block's maker found. Nil: it found what makes no transcript.
func (p *Payloads) next(w *basis, by found) *protocol.IDKGPayload {
	parent := w.parent
	next := &protocol.IDKGPayload{
		Completed: by.completed, Initial: by.initial, Answers: by.answers,
		Serial: parent.Serial, Keys: slices.Clone(parent.Keys), Creating: parent.Creating,
	}
	b := &builder{registry: p.Keys.Registry.At(w.context.RegistryVersion), subnet: p.Subnet, height: w.height, next: next}
	made := make(map[protocol.IDKGID]*protocol.IDKGTranscript, len(by.completed))
	configs := parent.Configs()
	for _, c := range by.completed {
		config := findConfig(configs, c.ID)
		t, reason := p.Keys.CombineIDKG(config, c.Dealings)
		if reason != crypt.Valid {
			return nil
		}
		made[c.ID] = t
	}
	b.advanceKeys(made)
	b.advancePreSignatures(made)
	b.advanceResharings(parent, by.initial)
	b.create(w)
	return next
}

func findConfig(configs []*protocol.IDKGConfig, id protocol.IDKGID) *protocol.IDKGConfig {
	i := slices.IndexFunc(configs, func(c *protocol.IDKGConfig) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return configs[i]
}

// advanceKeys takes transcripts of keys that were made. A secret that is masked yet is reshared without the mask.
//
// Model: a subnet's first key serves as soon as it is made; the replica's from the next summary on, as all later ones.
func (b *builder) advanceKeys(made map[protocol.IDKGID]*protocol.IDKGTranscript) {
	for i := range b.next.Keys {
		key := &b.next.Keys[i]
		if key.Making == nil || made[key.Making.ID] == nil {
			continue
		}
		t := made[key.Making.ID]
		switch {
		case key.Making.Params.Operation == crypt.Random:
			key.Making = b.config(key.ID.Algorithm.IDKG(), holders(t), t.Receivers, crypt.ReshareOfMasked, t, nil)
		case key.Current == nil:
			key.Current, key.Making = t, nil
		default:
			key.Next, key.Making = t, nil
		}
	}
}

// advancePreSignatures takes their transcripts that were made, and states those that can be made by now.
func (b *builder) advancePreSignatures(made map[protocol.IDKGID]*protocol.IDKGTranscript) {
	var creating []*protocol.PreSignatureInCreation
	for _, old := range b.next.Creating {
		c := old
		for i, config := range old.Configs {
			if config == nil || made[config.ID] == nil {
				continue
			}
			if c == old {
				c = &protocol.PreSignatureInCreation{
					ID: old.ID, Key: old.Key, Master: old.Master,
					Configs: slices.Clone(old.Configs), Transcripts: slices.Clone(old.Transcripts),
				}
			}
			c.Configs[i], c.Transcripts[i] = nil, made[config.ID]
		}
		if c != old {
			b.state(c)
		}
		if slices.Contains(c.Transcripts, nil) {
			creating = append(creating, c)
			continue
		}
		b.next.Made = append(b.next.Made, &protocol.PreSignature{ID: c.ID, Key: c.Key, Master: c.Master, Transcripts: c.Transcripts})
	}
	b.next.Creating = creating
}

// state states the transcripts of a pre-signature whose operands are there.
func (b *builder) state(c *protocol.PreSignatureInCreation) {
	operand := func(at int) (*protocol.IDKGTranscript, bool) {
		switch at {
		case chainkey.None:
			return nil, true
		case chainkey.Key:
			return c.Master, true
		}
		return c.Transcripts[at], c.Transcripts[at] != nil
	}
	for i, step := range c.Key.Algorithm.Needed() {
		left, okLeft := operand(step.Left)
		right, okRight := operand(step.Right)
		if c.Configs[i] != nil || c.Transcripts[i] != nil || !okLeft || !okRight {
			continue
		}
		c.Configs[i] = b.config(c.Key.Algorithm.IDKG(), holders(c.Master), c.Master.Receivers, step.Operation, left, right)
	}
}

// create begins pre-signatures, as many as the registry wants in advance, those of the emptiest stash first
// (payload_builder/pre_signatures.rs, make_new_pre_signatures).
func (b *builder) create(w *basis) {
	room := w.record.Parallel - len(b.next.Configs()) + b.dealingToOthers()
	counts := make([]int, len(b.next.Keys))
	for i := range b.next.Keys {
		counts[i] = b.count(w, &b.next.Keys[i])
	}
	for {
		least := -1
		for i := range b.next.Keys {
			key := w.record.Find(b.next.Keys[i].ID)
			if key == nil || b.next.Keys[i].Current == nil || counts[i] >= key.PreSignatures {
				continue
			}
			if least < 0 || counts[i] < counts[least] {
				least = i
			}
		}
		if least < 0 {
			return
		}
		key := &b.next.Keys[least]
		needed := key.ID.Algorithm.Needed()
		c := &protocol.PreSignatureInCreation{
			ID: b.serial(), Key: key.ID, Master: key.Current,
			Configs: make([]*protocol.IDKGConfig, len(needed)), Transcripts: make([]*protocol.IDKGTranscript, len(needed)),
		}
		b.state(c)
		if room -= started(c); room < 0 {
			b.next.Serial = c.ID // not begun after all
			return
		}
		b.next.Creating = append(b.next.Creating, c)
		counts[least]++
	}
}

// started is how many transcripts of a pre-signature are being made.
func started(c *protocol.PreSignatureInCreation) (n int) {
	for _, config := range c.Configs {
		if config != nil {
			n++
		}
	}
	return n
}

// count is how many pre-signatures of a key there are: in the state, in blocks above it, and on their way.
func (b *builder) count(w *basis, key *protocol.MasterKey) (n int) {
	ofKey := func(all []*protocol.PreSignature) {
		for _, m := range all {
			if m.Key == key.ID && key.Current != nil && m.Master.ID == key.Current.ID {
				n++
			}
		}
	}
	ofKey(w.state.Stash(key.ID))
	ofKey(b.next.Made)
	for _, block := range w.past {
		if keys := block.Payload.Batch.IDKG; keys != nil {
			ofKey(keys.Made)
		}
	}
	for _, c := range b.next.Creating {
		if c.Key == key.ID {
			n++
		}
	}
	return n
}
