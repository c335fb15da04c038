package adversary

import (
	"reflect"

	"icsim/protocol"
	"icsim/sim/rng"
)

// mutate changes one field, anywhere, in some of the messages that leave: a bit of a hash or signature, a number by one or to an end of
// its range, a list by its last element, a text. It seals what it changed, so that it is a message like others, and signs blocks
// again half of the time. It probes all that judges what others send.
func mutate() strategy {
	return strategy{
		about: "changes a field of some of the messages that it sends (probability: 1/10)",
		takes: []Parameter{Artifacts, Probability, To},
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			m := &mutator{cfg: cfg, random: cfg.random.Stream()}
			return &filter{inner, m.edit}
		},
	}
}

const defaultMutations = billion / 10

const billion = 1_000_000_000

type mutator struct {
	cfg    *hand
	random rng.Stream
}

func (m *mutator) edit(out *protocol.Outputs) {
	chance := m.cfg.Chance
	if chance == 0 {
		chance = defaultMutations
	}
	for i := range out.Sends {
		kind, isArtifact := kindOf(out.Sends[i].Msg)
		if len(m.cfg.Artifacts) > 0 && (!isArtifact || !m.cfg.on(kind, anyKind)) || !m.random.Next().Chance(chance, billion) {
			continue
		}
		alone, against := m.cfg.split(out.Sends[i].To)
		if len(against) == 0 {
			continue
		}
		if wrong := m.message(out.Sends[i].Msg); wrong != nil {
			if len(alone) > 0 {
				out.Send(alone, out.Sends[i].Msg)
			}
			out.Sends[i] = protocol.Send{To: against, Msg: wrong}
		}
	}
}

// message gives a changed copy; nil if there is nothing in it to change.
func (m *mutator) message(x protocol.Message) protocol.Message {
	switch x := x.(type) {
	case *protocol.SlotUpdate:
		if x.Artifact == nil {
			lie := *x
			m.field(reflect.ValueOf(&lie.Meta).Elem())
			lie.Meta.Kind = x.Meta.Kind // the lane it goes to
			return &lie
		}
		a := m.artifact(x.Artifact)
		if a == nil {
			return nil
		}
		return &protocol.SlotUpdate{Slot: x.Slot, Commit: x.Commit, Meta: protocol.MetaOf(a), Artifact: a}
	case *protocol.FetchReply:
		if x.Artifact == nil {
			return nil
		}
		lie := *x
		if lie.Artifact = m.artifact(x.Artifact); lie.Artifact == nil {
			return nil
		}
		return &lie
	case *protocol.StreamReply:
		if x.Slice == nil {
			return nil
		}
		lie, slice := *x, *x.Slice
		m.field(reflect.ValueOf(&slice.Header).Elem())
		lie.Slice = protocol.NewCertifiedStreamSlice(slice, protocol.SliceWitnessSize(len(slice.Messages)))
		return &lie
	case *protocol.ChunkReply, *protocol.StateAdvert, *protocol.StateWish, *protocol.ChunkRequest, *protocol.CallReply,
		*protocol.QueryReply, *protocol.ReadReply, *protocol.StreamPull:
		lie := reflect.New(reflect.TypeOf(x).Elem())
		lie.Elem().Set(reflect.ValueOf(x).Elem())
		m.field(lie.Elem())
		return lie.Interface().(protocol.Message)
	}
	return nil
}

// artifact gives a changed copy of an artifact, sealed anew; nil for kinds that only their makers can seal.
func (m *mutator) artifact(a protocol.Artifact) protocol.Artifact {
	switch a := a.(type) {
	case *protocol.BlockProposal:
		if a.Signer == m.cfg.Node && m.coin() {
			return m.cfg.propose(a, func(b *protocol.Block) { m.field(reflect.ValueOf(b).Elem()) })
		}
		x, b := *a, *a.Block
		if m.coin() {
			m.field(reflect.ValueOf(&b).Elem())
		} else {
			m.field(reflect.ValueOf(&x).Elem())
		}
		return protocol.NewBlockProposal(&b, x.Hash, x.Subnet, x.Signer, x.Signature)
	case *protocol.BlockShare:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewBlockShare(a.Kind(), x.Content, x.Signer, x.Signature)
	case *protocol.BlockAggregate:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewBlockAggregate(a.Kind(), x.Content, x.Signers, x.Signature)
	case *protocol.RandomShare:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewRandomShare(a.Kind(), x.Content, x.Signer, x.Signature)
	case *protocol.Random:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewRandom(a.Kind(), x.Content, x.Transcript, x.Signature)
	case *protocol.CertificationShare:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewCertificationShare(x.AtHeight, x.Hash, x.Signer, x.Signature)
	case *protocol.Certification:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewCertification(x.AtHeight, x.Hash, x.Signature)
	case *protocol.CatchUpPackageShare:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewCatchUpPackageShare(x.Content, x.Signer, x.Signature)
	case *protocol.CatchUpPackage:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewCatchUpPackage(x.Content, x.Signature)
	case *protocol.OutcallShare:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewOutcallShare(x.Metadata, x.Signer, x.Signature, x.Response)
	case *protocol.Dealing:
		x := *a
		m.field(reflect.ValueOf(&x).Elem())
		return protocol.NewDealing(x.Version, x.Key, x.Dealer, x.Dealing, x.Signature)
	}
	return nil
}

func (m *mutator) coin() bool { return m.random.Next().Chance(1, 2) }

// field changes one of the exported fields of a struct, chosen at each level with equal chances. What pointers lead to is shared, and
// stays as it is.
func (m *mutator) field(v reflect.Value) {
	var open []reflect.Value
	for i := range v.NumField() {
		if f := v.Field(i); f.CanSet() && changeable(f) {
			open = append(open, f)
		}
	}
	if len(open) > 0 {
		m.change(open[m.random.Next().IntN(len(open))])
	}
}

func changeable(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Func, reflect.Chan:
		return false
	case reflect.Slice:
		return v.Len() > 0
	case reflect.Array:
		return v.Len() > 0 && changeable(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() && changeable(f) {
				return true
			}
		}
		return false
	}
	return true
}

// change changes a value that is changeable.
func (m *mutator) change(v reflect.Value) {
	u := m.random.Next().Uint64()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt([...]int64{v.Int() + 1, v.Int() - 1, 0, 1<<62 - 1}[u%4] << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint([...]uint64{v.Uint() + 1, v.Uint() - 1, 0, 1<<64 - 1}[u%4] & (1<<v.Type().Bits() - 1))
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Array:
		m.change(v.Index(int(u % uint64(v.Len()))))
	case reflect.Slice:
		rest := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(rest, v)
		if e := rest.Index(int(u % uint64(v.Len()))); u>>32%2 == 0 && changeable(e) {
			m.change(e)
			v.Set(rest)
		} else {
			v.Set(rest.Slice(0, v.Len()-1))
		}
	case reflect.Struct:
		m.field(v)
	}
}
