package dkg

import (
	"icsim/protocol"
)

// maxAttempts is in how many intervals the keys of a new subnet are tried to be generated (rs/consensus/dkg/src/lib.rs,
// MAX_REMOTE_DKG_ATTEMPTS). In an interval it is those of one subnet (MAX_REMOTE_DKGS_PER_INTERVAL).
const maxAttempts = 5

// ReasonAttempts is the answer when they are over.
const ReasonAttempts = "Attempts to run this DKG repeatedly failed"

// setUp carries on what the root subnet does for the new and recovered subnets that the registry asks for at the context's version: in
// each interval its members generate the keys of the first that has no answer yet, until there are enough dealings or nobody tries any
// more (payload_builder.rs, compute_remote_dkg_data).
func (p *Payloads) setUp(prev, next *protocol.Summary, dealt protocol.Dealt, registry *protocol.RegistrySnapshot) {
	answer := dealt.Initial
	if answer == nil {
		answer = p.Early(prev, dealt)
		next.Initial = answer
	}
	if registry.Root != p.Subnet {
		return
	}
	busy := false
	for _, asked := range registry.Setups {
		s := protocol.Setup{Subnet: asked.Subnet, Recovery: asked.Recovery}
		for _, before := range prev.Setups {
			if before.Subnet == s.Subnet && before.Recovery == s.Recovery {
				s = before
			}
		}
		s.Answered = s.Answered || answer != nil && answer.Subnet == s.Subnet && answer.Recovery == s.Recovery
		switch {
		case s.Answered || busy:
		case s.Attempts < maxAttempts:
			busy = true
			s.Attempts++
			next.Configs = append(next.Configs, initial(asked, next.Height, registry.Version, registry.Subnet(p.Subnet).Members)...)
		case next.Initial == nil:
			s.Answered = true
			next.Initial = &protocol.InitialDKG{Subnet: s.Subnet, Recovery: s.Recovery, Reject: ReasonAttempts}
		}
		next.Setups = append(next.Setups, s)
	}
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

// Early makes the keys of a new subnet as soon as a chain has dealings enough for both; nil before, and once the chain has them.
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
	answer := &protocol.InitialDKG{Subnet: configs[0].ID.Subnet}
	for _, s := range last.Setups { // of those for one subnet the last is under way
		if s.Subnet == answer.Subnet {
			answer.Recovery = s.Recovery
		}
	}
	answer.Keys.Low, answer.Keys.High = p.generated(configs[0], dealt.Dealings), p.generated(configs[1], dealt.Dealings)
	if answer.Keys.Low == nil || answer.Keys.High == nil {
		return nil
	}
	return answer
}
