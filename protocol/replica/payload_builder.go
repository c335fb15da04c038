package replica

import (
	"icsim/protocol"
	"icsim/protocol/ingress"
	"icsim/protocol/messaging"
	"icsim/protocol/outcalls"
	"icsim/protocol/xnet"
)

// A payloadBuilder puts the sections of a block's payload together (rs/consensus/src/consensus/payload_builder.rs).
type payloadBuilder struct {
	subnet   protocol.SubnetID
	registry protocol.RegistryClient
	ingress  *ingress.Selector
	xnet     *xnet.Selector
	outcalls *outcalls.Selector
	out      **protocol.Outputs // of the step under way
}

func newPayloadBuilder(r *Replica) *payloadBuilder {
	return &payloadBuilder{
		subnet: r.cfg.Subnet, registry: r.cfg.Registry,
		ingress: &ingress.Selector{
			Subnet: r.cfg.Subnet, Keys: r.keys, Judge: r.cfg.Judge, Pool: r.ingress.pool, States: ingressStates{r.states}, Rand: r.rand("ingress"),
		},
		xnet:     r.xnet.selector,
		outcalls: r.outcalls.selector,
		out:      &r.consensus.router.out,
	}
}

// sections is how many take turns.
const sections = 3

// ingressStates shows the ingress selector the states it reads.
type ingressStates struct{ *messaging.StateManager }

func (s ingressStates) StateAt(h protocol.Height) (ingress.State, bool) {
	state := s.At(h)
	return state, state != nil
}

// Build fills a payload. The sections take turns at being first, by height, and each gets what the ones before it have
// left of the block's bytes (reference/protocol.md A.6).
func (b *payloadBuilder) Build(h protocol.Height, ctx protocol.ValidationContext, past []*protocol.Block) protocol.BatchPayload {
	var p protocol.BatchPayload
	room := b.registry.At(ctx.RegistryVersion).Subnet(b.subnet).MaxBlockPayload
	for turn := range protocol.Height(sections) {
		switch (h + turn) % sections {
		case 0:
			p.Ingress = b.ingress.Build(ctx, past, room)
			room -= len(p.Ingress) * ingress.WireSize
		case 1:
			p.XNet = b.xnet.Build(ctx, past, room)
			for _, s := range p.XNet {
				room -= s.Size()
			}
		case 2:
			p.Outcalls = b.outcalls.Build(h, ctx, past, room)
			room -= p.Outcalls.Size()
		}
	}
	b.refill(ctx)
	return p
}

// refill has the slices pooled that the next payload may take: after a payload was built, and after a peer's was found
// valid (rs/xnet/payload_builder/src/lib.rs: both trigger it).
func (b *payloadBuilder) refill(ctx protocol.ValidationContext) {
	if len(b.registry.At(ctx.RegistryVersion).Subnets) > 1 {
		(*b.out).Local(&protocol.Poke{At: protocol.LaneXNet, Reason: "refill slices"})
	}
}

// Validate judges a peer's payload section by section. A block up to twice the size is let through, for builders
// estimate (reference/protocol.md A.6).
func (b *payloadBuilder) Validate(
	h protocol.Height, p *protocol.BatchPayload, ctx protocol.ValidationContext, past []*protocol.Block,
) protocol.Verdict {
	if v := b.outcalls.Validate(h, &p.Outcalls, ctx, past); v.Kind != protocol.Accepts {
		return v
	}
	size := len(p.Ingress)*ingress.WireSize + p.Outcalls.Size()
	for _, s := range p.XNet {
		size += s.Size()
	}
	if size > 2*b.registry.At(ctx.RegistryVersion).Subnet(b.subnet).MaxBlockPayload {
		return protocol.Refuse("payload too big")
	}
	if v := b.ingress.Validate(p.Ingress, ctx, past); v.Kind != protocol.Accepts {
		return v
	}
	v := b.xnet.Validate(p.XNet, ctx, past)
	if v.Kind == protocol.Accepts {
		b.refill(ctx)
	}
	return v
}
