package ingress

import (
	"slices"

	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/keys"
)

// weakenAfter is the number of turns after which a canister may have a message more in each turn even over its quota,
// so that selection cannot get stuck (ITERATIONS_BEFORE_WEAKEN_INCLUDE_RULE).
const weakenAfter = 4

// A Selector builds and validates the ingress section of payloads.
type Selector struct {
	Subnet protocol.SubnetID
	Keys   *keys.Keyring
	Judge  authentication.Judgement // of whose a call is
	Pool   *Pool
	States StateReader
	Rand   *protocol.Rand // in which order canisters have their turns

	past map[protocol.MessageID]struct{} // scratch
}

// Build selects messages for a block on past, whose ingress takes at most wireLimit bytes in a stripped proposal.
// Nothing is selected while the state at the certified height is missing.
func (s *Selector) Build(ctx protocol.ValidationContext, past []*protocol.Block, wireLimit int) []*protocol.SignedIngress {
	if s.Pool.oldest == nil {
		return nil
	}
	r, ok := s.rules(ctx, past)
	if !ok {
		return nil
	}
	queues := s.queues(ctx.Time)
	if len(queues) == 0 {
		return nil
	}
	b := builder{
		rules:    r,
		wire:     wireLimit,
		memory:   r.subnet.MaxBlockIngressBytes,
		messages: r.subnet.MaxIngressMessages,
	}
	b.run(queues)
	slices.SortFunc(b.selected, compare)
	return b.selected
}

// Validate judges the ingress section of a peer's block on past.
//
// Model: the bytes of a section are bounded here; the replica bounds the payload as a whole, and loosely.
func (s *Selector) Validate(section []*protocol.SignedIngress, ctx protocol.ValidationContext, past []*protocol.Block) protocol.Verdict {
	if len(section) == 0 {
		return protocol.Accept()
	}
	r, ok := s.rules(ctx, past)
	if !ok {
		return protocol.Defer(ReasonStateMissing)
	}
	if len(section) > r.subnet.MaxIngressMessages {
		return protocol.Refuse(ReasonTooMany)
	}
	size := 0
	for i, m := range section {
		if i > 0 && compare(section[i-1], m) >= 0 {
			return protocol.Refuse(ReasonOrder)
		}
		if v := r.judge(m); v.Kind != protocol.Accepts {
			return v
		}
		if size += m.Size(); size > r.subnet.MaxBlockIngressBytes {
			return protocol.Refuse(ReasonBlockTooBig)
		}
	}
	return protocol.Accept()
}

func (s *Selector) rules(ctx protocol.ValidationContext, past []*protocol.Block) (*rules, bool) {
	state, ok := s.States.StateAt(ctx.CertifiedHeight)
	if !ok {
		return nil, false
	}
	if s.past == nil {
		s.past = make(map[protocol.MessageID]struct{})
	}
	clear(s.past)
	for _, b := range past {
		for _, m := range b.Payload.Batch.Ingress {
			s.past[m.MessageID] = struct{}{}
		}
	}
	return &rules{
		keys:    s.Keys,
		whose:   s.Judge,
		subnet:  s.Keys.Registry.At(ctx.RegistryVersion).Subnet(s.Subnet),
		context: ctx,
		state:   state,
		past:    s.past,
	}, true
}

// A queue is one canister's messages in the order they came to the pool: a crafted expiry gains nothing.
type queue struct {
	waiting  []*protocol.SignedIngress
	bytes    int // selected
	selected int
}

// queues sorts the pool's usable messages by canister, canisters in a random order.
func (s *Selector) queues(now protocol.Time) []*queue {
	byCanister := make(map[protocol.CanisterID]*queue)
	var queues []*queue
	for m := s.Pool.oldest; m != nil; m = m.newer {
		if checkExpiry(m.ingress, now, protocol.IngressTTL).Kind != protocol.Accepts {
			continue
		}
		q := byCanister[m.ingress.Content.Canister]
		if q == nil {
			q = &queue{}
			byCanister[m.ingress.Content.Canister] = q
			queues = append(queues, q)
		}
		q.waiting = append(q.waiting, m.ingress)
	}
	s.Rand.Shuffle(len(queues), func(i, j int) { queues[i], queues[j] = queues[j], queues[i] })
	return queues
}

// A builder fills one section (ingress_selector.rs, get_ingress_payload).
type builder struct {
	*rules
	wire, memory, messages int // what is left
	quota                  int // bytes a canister may have, grows with what others leave
	selected               []*protocol.SignedIngress
}

// run gives each canister its turn, round after round, until the section is full or nothing waits.
func (b *builder) run(queues []*queue) {
	b.quota = b.memory / len(queues)
	for turn := 1; len(queues) > 0; turn++ {
		for i := 0; i < len(queues); {
			if full := b.serve(queues[i], turn); full {
				return
			}
			if len(queues[i].waiting) > 0 {
				i++
				continue
			}
			queues[i] = queues[len(queues)-1]
			queues = queues[:len(queues)-1]
		}
		if b.wire <= 0 || b.memory <= 0 {
			return
		}
		if len(queues) > 0 {
			b.quota += b.memory / len(queues)
		}
	}
}

// serve selects one canister's messages up to its quota, and says whether the section is full. A canister's first
// message may exceed the quota.
func (b *builder) serve(q *queue, turn int) (full bool) {
	for len(q.waiting) > 0 {
		if b.messages == 0 {
			return true
		}
		m := q.waiting[0]
		if b.judge(m).Kind != protocol.Accepts {
			q.waiting = q.waiting[1:]
			continue
		}
		if WireSize > b.wire || m.Size() > b.memory {
			return true
		}
		if q.selected >= max(1, turn-weakenAfter) && q.bytes+m.Size() > b.quota {
			return false
		}
		b.selected = append(b.selected, m)
		b.messages--
		b.wire -= WireSize
		b.memory -= m.Size()
		q.selected++
		q.bytes += m.Size()
		q.waiting = q.waiting[1:]
	}
	return false
}
