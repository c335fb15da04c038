package variant

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/replica"
)

// Planted lists bugs that nobody had: one rule of honest nodes broken in each, all over the protocol, to measure what a search finds
// (make hunt). Breaks names the property that goes; a search may see another one go first.
func Planted() []Variant {
	return slices.Concat(plantedInConsensus(), plantedInKeys(), plantedInNetwork(), plantedInExecution())
}

// On disk a node finds only what keep approves of.
func withDisk(cfg *replica.Config, keep func(space protocol.DiskSpace, v any) bool) {
	left := protocol.NewDisk()
	for _, space := range []protocol.DiskSpace{protocol.DiskConsensusPool, protocol.DiskCertificationPool, protocol.DiskCheckpoint} {
		for _, v := range cfg.Disk.Load(space) {
			if !keep(space, v) {
				continue
			}
			key := protocol.DiskKey{Space: space}
			switch v := v.(type) {
			case protocol.Artifact:
				key.Height, key.ID = v.Height(), v.ID()
			case interface{ Height() protocol.Height }:
				key.Height = v.Height()
			}
			left.Apply([]protocol.Write{{Key: key, Value: v}})
		}
	}
	cfg.Disk = left
}

func plantedInKeys() []Variant {
	return []Variant{
		{
			Name: "any-dealing", Breaks: "progress", About: "takes every dealing for sound",
			Apply: func(cfg *replica.Config) Wrap {
				cfg.Generation = trusting{cfg.Generation}
				return nil
			},
		},
		{
			Name: "any-threshold-share", Breaks: "progress", About: "takes every threshold share for valid",
			Apply: scheme(func(s crypto.Scheme) crypto.Scheme { return anyThresholdShare{s} }),
		},
		{
			Name: "any-block-share", Breaks: "progress", About: "takes every notarization and finalization share for valid",
			Apply: scheme(func(s crypto.Scheme) crypto.Scheme { return anyMultiShare{s} }),
		},
		{
			Name: "any-maker", Breaks: "convergence", About: "does not check the signatures of block makers",
			Apply: scheme(func(s crypto.Scheme) crypto.Scheme { return anyBasic{s} }),
		},
	}
}

// scheme is the variant that changes a node's cryptography.
func scheme(change func(crypto.Scheme) crypto.Scheme) func(*replica.Config) Wrap {
	return func(cfg *replica.Config) Wrap {
		cfg.Scheme = change(cfg.Scheme)
		return nil
	}
}

type trusting struct{ crypto.KeyGeneration }

func (trusting) VerifyDealing(*crypto.KeyGenerationConfig, int, *crypto.Dealing) crypto.DealingFault {
	return crypto.DealingSound
}

type anyThresholdShare struct{ crypto.Scheme }

func (anyThresholdShare) VerifyThresholdShare(*crypto.ThresholdGroup, int, []byte, crypto.ThresholdSignature) bool {
	return true
}

type anyMultiShare struct{ crypto.Scheme }

func (anyMultiShare) VerifyMultiShare(crypto.MultiPublicKey, []byte, crypto.MultiSignature) bool {
	return true
}

type anyBasic struct{ crypto.Scheme }

func (anyBasic) VerifyBasic(crypto.BasicPublicKey, []byte, crypto.BasicSignature) bool { return true }

func plantedInNetwork() []Variant {
	return []Variant{
		{
			Name: "no-fetches", Breaks: "convergence", About: "never answers a peer that fetches an artifact",
			Apply: mute(func(m protocol.Message) bool { _, ok := m.(*protocol.FetchReply); return ok }),
		},
		{
			Name: "no-adverts", Breaks: "convergence", About: "never advertises what it does not push",
			Apply: mute(func(m protocol.Message) bool { u, ok := m.(*protocol.SlotUpdate); return ok && u.Artifact == nil }),
		},
		{
			Name: "no-second-offer", Breaks: "convergence", About: "offers a peer that connects again nothing of what it has",
			Apply: func(*replica.Config) Wrap {
				return after(func(in *protocol.Input, out *protocol.Outputs) {
					if slices.ContainsFunc(in.Arrivals, func(a protocol.Arrival) bool { c, ok := a.Msg.(*protocol.PeerChange); return ok && c.Up }) {
						out.Sends = out.Sends[:0]
					}
				})
			},
		},
		{
			Name: "no-chunks", Breaks: "convergence", About: "never serves the parts of a state",
			Apply: mute(func(m protocol.Message) bool { _, ok := m.(*protocol.ChunkReply); return ok }),
		},
		{
			Name: "certify-rarely", Breaks: "convergence", About: "sends certification shares of every 64th height alone",
			Apply: mute(func(m protocol.Message) bool {
				u, ok := m.(*protocol.SlotUpdate)
				return ok && u.Meta.Kind == protocol.KindCertificationShare && u.Meta.Height%64 != 0
			}),
		},
		{
			Name: "no-pulls", Breaks: "convergence", About: "asks no other subnet for messages",
			Apply: mute(func(m protocol.Message) bool { _, ok := m.(*protocol.StreamPull); return ok }),
		},
	}
}

// mute keeps some messages back.
func mute(which func(protocol.Message) bool) func(*replica.Config) Wrap {
	return func(*replica.Config) Wrap {
		return after(func(_ *protocol.Input, out *protocol.Outputs) {
			out.Sends = slices.DeleteFunc(out.Sends, func(s protocol.Send) bool { return which(s.Msg) })
		})
	}
}
