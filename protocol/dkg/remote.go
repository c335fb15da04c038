package dkg

import (
	"icsim/crypto/chainkey"
	"icsim/protocol"
)

// maxAttempts is in how many intervals the keys of another subnet are tried to be generated (rs/consensus/dkg/src/lib.rs,
// MAX_REMOTE_DKG_ATTEMPTS). In an interval it is those of one request (MAX_REMOTE_DKGS_PER_INTERVAL).
const maxAttempts = 5

// ReasonAttempts is the answer when they are over.
const ReasonAttempts = "Attempts to run this DKG repeatedly failed"

// setUp carries on what a subnet does for others that the registry asks it for at the context's version: the root subnet generates the keys
// of new and recovered ones, who holds a vetKD key reshares it. In each interval its members deal for the first request that has no answer
// yet, until there are enough dealings or nobody tries any more (payload_builder.rs, compute_remote_dkg_data).
func (p *Payloads) setUp(prev, next *protocol.Summary, dealt protocol.Dealt, registry *protocol.RegistrySnapshot) {
	answer := dealt.Initial
	if answer == nil {
		answer = p.Early(prev, dealt)
		next.Initial = answer
	}
	busy := false
	for _, asked := range p.requests(next, registry) {
		s := protocol.Setup{Subnet: asked.subnet, Recovery: asked.recovery, Reshare: asked.reshare}
		for _, before := range prev.Setups {
			if asked.is(&before) {
				s = before
			}
		}
		s.Answered = s.Answered || answer != nil && asked.isAnsweredBy(answer)
		switch {
		case s.Answered || busy:
		case s.Attempts < maxAttempts:
			busy = true
			s.Attempts++
			next.Configs = append(next.Configs, asked.configs...)
		case next.Initial == nil:
			s.Answered = true
			next.Initial = asked.answer(ReasonAttempts, nil)
		}
		next.Setups = append(next.Setups, s)
	}
}

// A request is what the registry asks a subnet for another one.
type request struct {
	subnet   protocol.SubnetID
	recovery protocol.RegistryVersion  // 0: the subnet is new
	reshare  *protocol.ReshareChainKey // nil: the keys that the subnet goes on with
	configs  []*protocol.DKGConfig     // of what is to be generated
}

// requests are those for this subnet, in the registry's order, new subnets first.
func (p *Payloads) requests(next *protocol.Summary, registry *protocol.RegistrySnapshot) (all []request) {
	if registry.Root == p.Subnet {
		for _, asked := range registry.Setups {
			configs := initial(asked, next.Height, registry.Version, registry.Subnet(p.Subnet).Members)
			all = append(all, request{subnet: asked.Subnet, recovery: asked.Recovery, configs: configs})
		}
	}
	for _, asked := range registry.Reshares {
		old := next.Next.VetKDOf(asked.Key)
		if asked.From != p.Subnet || old == nil {
			continue // ECDSA and Schnorr keys are dealt by package idkg
		}
		id := protocol.TranscriptID{Subnet: asked.Subnet, Tag: protocol.HighThreshold, Start: next.Height, Founding: true, Key: asked.Key}
		all = append(all, request{
			subnet: asked.Subnet, reshare: asked, configs: []*protocol.DKGConfig{resharing(id, registry.Version, asked.Nodes, old)},
		})
	}
	return all
}

func (r *request) is(s *protocol.Setup) bool {
	if r.reshare == nil || s.Reshare == nil {
		return r.reshare == s.Reshare && r.subnet == s.Subnet && r.recovery == s.Recovery
	}
	return r.reshare.Is(s.Reshare)
}

func (r *request) isAnsweredBy(a *protocol.InitialDKG) bool {
	if r.reshare == nil || a.ChainKey == nil {
		return r.reshare == nil && a.ChainKey == nil && r.subnet == a.Subnet && r.recovery == a.Recovery
	}
	return r.reshare.Is(a.ChainKey.Request)
}

// answer is what the registry gets: transcripts, or why there are none.
func (r *request) answer(reject string, made []*protocol.Transcript) *protocol.InitialDKG {
	a := &protocol.InitialDKG{Subnet: r.subnet, Recovery: r.recovery, Reject: reject}
	switch {
	case r.reshare != nil && made != nil:
		a.ChainKey = &protocol.ChainKeyInitialization{Request: r.reshare, Transcript: made[0]}
	case r.reshare != nil:
		a.ChainKey = &protocol.ChainKeyInitialization{Request: r.reshare, Reject: reject}
	case made != nil:
		a.Keys.Low, a.Keys.High = made[0], made[1]
	}
	return a
}

// initial is the two keys that a subnet begins with, or goes on with after a recovery: dealt by the root subnet's members to its nodes.
func initial(
	asked *protocol.SetupInitialDKG, start protocol.Height, version protocol.RegistryVersion, dealers []protocol.NodeID,
) (all []*protocol.DKGConfig) {
	for _, tag := range []protocol.DKGTag{protocol.LowThreshold, protocol.HighThreshold} {
		all = append(all, &protocol.DKGConfig{
			ID:       protocol.TranscriptID{Subnet: asked.Subnet, Tag: tag, Start: start, Founding: true},
			Registry: version, Dealers: dealers, Receivers: asked.Nodes,
			Threshold: Threshold(tag, len(asked.Nodes)), Collect: protocol.FaultsTolerated(len(dealers)) + 1,
		})
	}
	return all
}

// Early makes the keys for another subnet as soon as a chain has dealings enough for all; nil before, and once the chain has them.
func (p *Payloads) Early(last *protocol.Summary, dealt protocol.Dealt) *protocol.InitialDKG {
	if dealt.Initial != nil {
		return nil
	}
	var configs []*protocol.DKGConfig
	for _, c := range last.Configs {
		if !c.ID.Founding {
			continue
		}
		if count(dealt.Dealings, c.ID) < c.Collect {
			return nil
		}
		configs = append(configs, c)
	}
	if len(configs) == 0 {
		return nil
	}
	made := make([]*protocol.Transcript, len(configs))
	for i, c := range configs {
		if made[i] = p.generated(c, dealt.Dealings); made[i] == nil {
			return nil
		}
	}
	s := setupOf(last, configs[0].ID)
	asked := request{subnet: configs[0].ID.Subnet, recovery: s.Recovery, reshare: s.Reshare}
	return asked.answer("", made)
}

// setupOf is the request that a key for another subnet is generated for: the first that has no answer.
func setupOf(last *protocol.Summary, id protocol.TranscriptID) (none protocol.Setup) {
	for _, s := range last.Setups {
		var key chainkey.KeyID
		if s.Reshare != nil {
			key = s.Reshare.Key
		}
		if !s.Answered && s.Subnet == id.Subnet && key == id.Key {
			return s
		}
	}
	return none
}
