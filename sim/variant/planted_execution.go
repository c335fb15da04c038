package variant

import (
	"time"

	"icsim/protocol"
	"icsim/protocol/replica"
)

func plantedInExecution() []Variant {
	return []Variant{
		{
			Name: "clock-runs-back", Breaks: "time-increases", About: "executes every twentieth batch an hour early",
			Apply: batches(func(b *protocol.Batch) {
				if b.Height%20 == 0 {
					b.Time = b.Time.Add(-time.Hour)
				}
			}),
		},
		{
			Name: "lose-a-message", Breaks: "streams-in-order", About: "leaves the last message of a stream's slice out",
			Apply: batches(func(b *protocol.Batch) {
				payload := *b.Payload
				payload.XNet = nil
				for _, s := range b.Payload.XNet {
					if n := len(s.Messages); n > 1 {
						shorter := *s
						shorter.Messages = s.Messages[1:]
						s = &shorter
					}
					payload.XNet = append(payload.XNet, s)
				}
				b.Payload = &payload
			}),
		},
		{
			Name: "forget-calls", Breaks: "convergence", About: "leaves every third call of a user out of execution",
			Apply: batches(func(b *protocol.Batch) {
				payload := *b.Payload
				payload.Ingress = nil
				for _, m := range b.Payload.Ingress {
					if m.MessageID[0]%3 != 0 {
						payload.Ingress = append(payload.Ingress, m)
					}
				}
				b.Payload = &payload
			}),
		},
		{
			Name: "lose-responses", Breaks: "convergence", About: "takes every fourth response from another subnet and forgets it",
			Executor: rounds(func(m *protocol.CanisterMessage) int {
				if m.Response != nil && m.Hash[0]%4 == 0 {
					return 0
				}
				return 1
			}),
		},
		{
			Name: "lose-requests", Breaks: "convergence", About: "takes every fourth request from another subnet and forgets it",
			Executor: rounds(func(m *protocol.CanisterMessage) int {
				if m.Response == nil && m.Hash[0]%4 == 0 {
					return 0
				}
				return 1
			}),
		},
		{
			Name: "execute-twice", Breaks: "one-response-a-call", About: "inducts every eighth request from another subnet twice",
			Executor: rounds(func(m *protocol.CanisterMessage) int {
				if m.Response == nil && m.Hash[0]%8 == 0 {
					return 2
				}
				return 1
			}),
		},
		{
			Name: "mint", Breaks: "cycles-conserved", About: "makes cycles out of nothing in every fiftieth round",
			Executor: func(e protocol.Executor) protocol.Executor { return minting{e} },
		},
	}
}

// batches is the variant that changes what all nodes execute, the same on each.
func batches(edit func(*protocol.Batch)) func(*replica.Config) Wrap {
	return func(cfg *replica.Config) Wrap {
		cfg.Processor = edited{cfg.Processor, func(b *protocol.Batch) *protocol.Batch {
			other := *b
			if other.Payload == nil {
				other.Payload = &protocol.BatchPayload{}
			}
			edit(&other)
			other.Randomness[31] ^= 1 // a batch is known by it, too
			return &other
		}}
		return nil
	}
}

// rounds is an executor that inducts messages from streams as often as times says.
func rounds(times func(*protocol.CanisterMessage) int) func(protocol.Executor) protocol.Executor {
	return func(e protocol.Executor) protocol.Executor { return inducting{e, times} }
}

type inducting struct {
	protocol.Executor
	times func(*protocol.CanisterMessage) int
}

func (e inducting) Begin(parent protocol.CanisterState, ctx *protocol.RoundContext) protocol.Round {
	return inductingRound{e.Executor.Begin(parent, ctx), e.times}
}

type inductingRound struct {
	protocol.Round
	times func(*protocol.CanisterMessage) int
}

func (r inductingRound) Induct(m *protocol.CanisterMessage) (reason protocol.RejectReason) {
	for range r.times(m) {
		reason = r.Round.Induct(m)
	}
	return reason
}

type minting struct{ protocol.Executor }

func (e minting) Begin(parent protocol.CanisterState, ctx *protocol.RoundContext) protocol.Round {
	return mintingRound{e.Executor.Begin(parent, ctx), ctx.Height}
}

type mintingRound struct {
	protocol.Round
	height protocol.Height
}

func (r mintingRound) Commit() (protocol.CanisterState, *protocol.RoundOutcome) {
	s, outcome := r.Round.Commit()
	if r.height%50 == 0 {
		outcome.Minted = outcome.Minted.Add(protocol.Cycles{Lo: 1_000_000})
	}
	return s, outcome
}
