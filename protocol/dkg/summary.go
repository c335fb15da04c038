package dkg

import (
	"fmt"
	"slices"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/protocol"
	"icsim/protocol/idkg"
	"icsim/protocol/keys"
)

// Payloads is what consensus has to know of key generation in blocks: it makes summaries and the dealings' section of data
// payloads, for block makers to propose and for validators to compare with.
type Payloads struct {
	Subnet protocol.SubnetID
	Keys   *keys.Keyring
	Pool   *Pool
}

// Next computes the summary that follows that of block last, whose interval brought what is dealt; context is the registry version
// in the context of the block that will hold it (payload_builder.rs, create_summary_payload).
func (p *Payloads) Next(last *protocol.Block, dealt protocol.Dealt, context protocol.RegistryVersion) *protocol.Summary {
	registry := p.Keys.Registry.At(context)
	prev, record := last.Payload.Summary, record(registry, p.Subnet)
	next := &protocol.Summary{
		Height:             prev.NextStart(),
		RegistryVersion:    last.Context.RegistryVersion,
		IntervalLength:     prev.NextIntervalLength,
		NextIntervalLength: record.DKGIntervalLength,
		Current:            prev.Next,
		Next:               prev.Next, // what could not be generated is used for another interval
	}
	for _, c := range prev.Configs {
		if c.ID.Founding {
			continue // of another subnet
		}
		t := p.generated(c, dealt.Dealings)
		switch {
		case t == nil:
		case c.ID.Key != (chainkey.KeyID{}):
			next.Next.VetKD = withKey(next.Next.VetKD, t)
		case c.ID.Tag == protocol.LowThreshold:
			next.Next.Low = t
		case c.ID.Tag == protocol.HighThreshold:
			next.Next.High = t
		}
	}
	next.Next.VetKD = withReceived(next.Next.VetKD, record)
	next.Configs = configs(p.Subnet, next.Height, context, record, &next.Next)
	p.setUp(prev, next, dealt, registry)
	return next
}

// withReceived adds the vetKD keys that other subnets have reshared to this one, and that it has not begun with yet.
func withReceived(all []*protocol.Transcript, record *protocol.SubnetRecord) []*protocol.Transcript {
	for _, a := range record.Initializations {
		key := func(t *protocol.Transcript) bool { return t.ID.Key == a.Request.Key }
		if a.Transcript != nil && !slices.ContainsFunc(all, key) {
			all = withKey(all, a.Transcript)
		}
	}
	return all
}

// withKey puts a transcript in place of the one of the same vetKD key, or behind the others.
func withKey(all []*protocol.Transcript, t *protocol.Transcript) []*protocol.Transcript {
	all = slices.Clone(all)
	if i := slices.IndexFunc(all, func(o *protocol.Transcript) bool { return o.ID.Key == t.ID.Key }); i >= 0 {
		all[i] = t
		return all
	}
	return append(all, t)
}

// generated makes the transcript of a config, or gives nil if the interval brought too few dealings.
func (p *Payloads) generated(c *protocol.DKGConfig, dealt []*protocol.Dealing) *protocol.Transcript {
	var of []*protocol.Dealing
	for _, d := range dealt {
		if d.Key == c.ID {
			of = append(of, d)
		}
	}
	if len(of) < c.Collect {
		return nil
	}
	t, _ := p.Keys.CombineDealings(c, of)
	return t
}

// Contents are what the registry holds of a subnet's package beside its keys (CatchUpPackageContents).
type Contents struct {
	Height protocol.Height
	Time   protocol.Time
	State  protocol.StateHash // of a recovery; genesis names none
}

// Genesis makes the catch-up package at height 0 that every node of a subnet starts from.
func Genesis(
	subnet protocol.SubnetID, registry *protocol.RegistrySnapshot, founding protocol.Transcripts, at protocol.Time,
) *protocol.CatchUpPackage {
	return Package(subnet, registry, founding, Contents{Time: at})
}

// Package makes the catch-up package that the registry holds at a version for a subnet: of its genesis, or of a recovery
// (rs/consensus/cup_utils, make_registry_cup_from_cup_contents). It is unsigned: the registry holds it, and that is why it is trusted
// (reference/protocol.md F). Its beacon has no predecessor and no valid signature; its hash seeds the ranks of the next height. The keys
// that the subnet got serve for two intervals.
func Package(
	subnet protocol.SubnetID, registry *protocol.RegistrySnapshot, founding protocol.Transcripts, c Contents,
) *protocol.CatchUpPackage {
	record := record(registry, subnet)
	founding.VetKD = withReceived(founding.VetKD, record)
	summary := &protocol.Summary{
		Height:             c.Height,
		RegistryVersion:    registry.Version,
		IntervalLength:     record.DKGIntervalLength,
		NextIntervalLength: record.DKGIntervalLength,
		Current:            founding,
		Next:               founding,
		Configs:            configs(subnet, c.Height, registry.Version, record, &founding),
	}
	summary.IDKG = idkg.Genesis(registry, subnet, summary)
	block := &protocol.Block{
		Version: record.ReplicaVersion,
		Height:  c.Height,
		Context: protocol.ValidationContext{RegistryVersion: registry.Version, CertifiedHeight: c.Height, Time: c.Time},
		Payload: protocol.NewSummaryPayload(summary),
	}
	hash := block.Hash()
	beacon := protocol.NewRandom(protocol.KindRandomBeacon, protocol.RandomContent{
		Version: record.ReplicaVersion, Height: c.Height, Previous: crypto.Hash(hash),
	}, summary.Current.Low.ID, crypto.ThresholdSignature{})
	return protocol.NewCatchUpPackage(protocol.CatchUpContent{
		Block: block, BlockHash: hash, Beacon: beacon, StateHash: c.State,
	}, crypto.ThresholdSignature{})
}

func record(registry *protocol.RegistrySnapshot, subnet protocol.SubnetID) *protocol.SubnetRecord {
	record := registry.Subnet(subnet)
	if record == nil {
		panic(fmt.Sprintf("dkg: subnet %s is not in registry version %d", subnet, registry.Version))
	}
	return record
}
