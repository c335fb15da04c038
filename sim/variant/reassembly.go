package variant

import (
	"slices"

	"icsim/protocol"
	"icsim/protocol/replica"
)

// reassembleByID fills in a stripped block by the ids of its calls. Two copies of a call with different signatures have one id: with
// the other copy the block is not what its hash says, and an honest maker's block is dropped as invalid.
func reassembleByID(*replica.Config) Wrap {
	return func(inner protocol.Machine) protocol.Machine {
		return &reassembler{inner: inner, first: map[protocol.MessageID]*protocol.SignedIngress{}}
	}
}

type reassembler struct {
	inner protocol.Machine
	first map[protocol.MessageID]*protocol.SignedIngress // the copy that came first
	ids   []protocol.MessageID                           // its keys, oldest first
}

// maxCalls bounds the calls whose copies a reassembler knows.
const maxCalls = 10_000

func (r *reassembler) within() protocol.Machine { return r.inner }

func (r *reassembler) Step(in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		switch m := in.Arrivals[i].Msg.(type) {
		case *protocol.CallRequest:
			r.keep(m.Ingress)
		case *protocol.SlotUpdate:
			if call, ok := m.Artifact.(*protocol.SignedIngress); ok {
				r.keep(call)
			} else if p := r.rebuilt(m.Artifact); p != nil {
				other := *m
				other.Artifact = p
				in = replaced(in, i, &other)
			}
		case *protocol.FetchReply:
			if call, ok := m.Artifact.(*protocol.SignedIngress); ok {
				r.keep(call)
			} else if p := r.rebuilt(m.Artifact); p != nil {
				other := *m
				other.Artifact = p
				in = replaced(in, i, &other)
			}
		}
	}
	r.inner.Step(in, out)
}

func (r *reassembler) keep(m *protocol.SignedIngress) {
	if r.first[m.MessageID] != nil {
		return
	}
	if len(r.ids) == maxCalls {
		delete(r.first, r.ids[0])
		r.ids = r.ids[1:]
	}
	r.first[m.MessageID] = m
	r.ids = append(r.ids, m.MessageID)
}

// rebuilt gives the proposal with the copies of this node, or nil if they are those of the block.
func (r *reassembler) rebuilt(a protocol.Artifact) protocol.Artifact {
	p, ok := a.(*protocol.BlockProposal)
	if !ok || p.Block.Payload.IsSummary() {
		return nil
	}
	batch := p.Block.Payload.Batch
	batch.Ingress = slices.Clone(batch.Ingress)
	changed := false
	for i, m := range batch.Ingress {
		if own := r.first[m.MessageID]; own != nil && own.BytesHash != m.BytesHash {
			batch.Ingress[i], changed = own, true
		}
	}
	if !changed {
		return nil
	}
	block := *p.Block
	block.Payload = protocol.NewDataPayload(batch, p.Block.Payload.Dealings...)
	return protocol.NewBlockProposal(&block, p.Hash, p.Subnet, p.Signer, p.Signature)
}

// replaced gives an input in which one message is another.
func replaced(in *protocol.Input, i int, m protocol.Message) *protocol.Input {
	other := *in
	other.Arrivals = slices.Clone(in.Arrivals)
	other.Arrivals[i].Msg = m
	return &other
}
