package canister

import (
	m "icsim/canister/management"
	"icsim/protocol"
)

// A use is what a canister's cycles went into (interface.md B.1 canister_metrics; rs/types/cycles, CyclesUseCase).
type use uint8

const (
	useMemory use = iota
	useCompute
	useIngress
	useInstructions // of messages, and those that the management canister is counted for
	useTransmission
	useUninstall // what was left when it did not pay for the upkeep any more
	useCreation
	useOutcalls   // of http_request
	useBurned     // by the canister itself
	useSignatures // of chain keys: canister_metrics does not tell
	numUses
)

// consumed are the cycles that a canister has consumed since it was made, by use. Installing, stopping and uninstalling change nothing.
type consumed [numUses]protocol.Cycles

// consume counts cycles that were the canister's, and are gone.
func (r *Round) consume(c *Canister, u use, amount protocol.Cycles) {
	c.consumed[u] = c.consumed[u].Add(amount)
	r.outcome.Burned = r.outcome.Burned.Add(amount)
}

// canisterMetrics tells controllers what their canister's cycles went into.
func (r *Round) canisterMetrics(_ *request, c *Canister) ([]byte, *fault) {
	return c.metricsReply(), nil
}

func (c *Canister) metricsReply() []byte {
	of := &c.consumed
	return m.Encode(m.MetricsReply{Consumed: m.CyclesConsumed{
		Memory: of[useMemory], Compute: of[useCompute], Ingress: of[useIngress], Instructions: of[useInstructions],
		Transmission: of[useTransmission], Uninstall: of[useUninstall], Creation: of[useCreation], Outcalls: of[useOutcalls],
		Burned: of[useBurned],
	}})
}

func (n *consumed) appendTo(b []byte) []byte {
	for _, amount := range n[:useSignatures] {
		b = appendCycles(b, amount)
	}
	if signatures := n[useSignatures]; !signatures.IsZero() {
		b = appendCycles(b, signatures)
	}
	return b
}
