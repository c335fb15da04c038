package adversary

import (
	"icsim/crypto"
	"icsim/protocol"
)

// flood sends shares that nobody wants, of the heights in work and of those to come, all of them new and none of them signed well. It
// probes that pools are bounded, and that who verifies much for nothing keeps up.
func flood() strategy {
	return strategy{
		about: "floods the others with shares of its own that are new and wrong (count at a time: 30)",
		takes: []Parameter{Count},
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			f := &flooder{cfg: cfg, barrage: newBarrage(cfg, defaultFlood)}
			return &editor{inner, f.step}
		},
	}
}

const defaultFlood = 30

type flooder struct {
	cfg *hand
	barrage
	height protocol.Height
	n      uint64
}

func (f *flooder) step(in *protocol.Input, out *protocol.Outputs) {
	for _, a := range in.Arrivals {
		if x := pushed(a.Msg); x != nil && x.Kind() == protocol.KindBlockProposal {
			f.height = max(f.height, x.Height())
		}
	}
	f.fire(in, out, f.share)
}

func (f *flooder) share() protocol.Artifact {
	f.n++
	u := f.cfg.random.At(f.n).Uint64()
	h := f.height + protocol.Height(u%8)
	var hash protocol.BlockHash
	hash[0], hash[1], hash[2] = byte(u>>8), byte(u>>16), byte(u>>24)
	multi, threshold := crypto.MultiSignature{byte(u >> 32), byte(u >> 40)}, crypto.ThresholdSignature{byte(u >> 32), byte(u >> 40)}
	content := protocol.BlockContent{Version: f.cfg.Version, Height: h, Hash: hash}
	random := protocol.RandomContent{Version: f.cfg.Version, Height: h}
	switch u >> 48 % 4 {
	case 0:
		return protocol.NewBlockShare(protocol.KindNotarizationShare, content, f.cfg.Node, multi)
	case 1:
		return protocol.NewBlockShare(protocol.KindFinalizationShare, content, f.cfg.Node, multi)
	case 2:
		return protocol.NewRandomShare(protocol.KindRandomBeaconShare, random, f.cfg.Node, threshold)
	}
	return protocol.NewRandomShare(protocol.KindRandomTapeShare, random, f.cfg.Node, threshold)
}
