package dkg

import (
	"fmt"

	"icsim/crypto"
	"icsim/protocol"
)

// Summaries computes the summaries of one subnet. It is what block makers propose from and validators compare with.
type Summaries struct {
	Dealer   *Dealer
	Registry protocol.RegistryClient
}

// Next computes the summary that follows prev: prevContext is the registry version in the context of prev's block,
// context that of the block which will hold the new summary.
func (s *Summaries) Next(prev *protocol.Summary, prevContext, context protocol.RegistryVersion) *protocol.Summary {
	next := &protocol.Summary{
		Height:             prev.NextStart(),
		RegistryVersion:    prevContext,
		IntervalLength:     prev.NextIntervalLength,
		NextIntervalLength: s.record(context).DKGIntervalLength,
		Current:            prev.Next,
	}
	next.Next = protocol.Transcripts{
		Low:  s.Dealer.low(next.NextStart(), s.record(next.RegistryVersion).Members),
		High: prev.Next.High,
	}
	return next
}

// Genesis makes the catch-up package at height 0 that every node starts from. It is unsigned: the registry holds it,
// and that is why it is trusted (reference/protocol.md F, "Subnet creation"). Its beacon has no predecessor and no
// valid signature; its hash seeds the ranks of height 1.
func (s *Summaries) Genesis(version protocol.RegistryVersion, at protocol.Time) *protocol.CatchUpPackage {
	record := s.record(version)
	high := s.Dealer.high(record.Members)
	summary := &protocol.Summary{
		RegistryVersion:    version,
		IntervalLength:     record.DKGIntervalLength,
		NextIntervalLength: record.DKGIntervalLength,
		Current:            protocol.Transcripts{Low: s.Dealer.low(0, record.Members), High: high},
	}
	summary.Next = protocol.Transcripts{Low: s.Dealer.low(summary.NextStart(), record.Members), High: high}
	block := &protocol.Block{
		Version: record.ReplicaVersion,
		Context: protocol.ValidationContext{RegistryVersion: version, Time: at},
		Payload: protocol.NewSummaryPayload(summary),
	}
	hash := block.Hash()
	beacon := protocol.NewRandom(protocol.KindRandomBeacon, protocol.RandomContent{
		Version: record.ReplicaVersion, Previous: crypto.Hash(hash),
	}, summary.Current.Low.ID, crypto.ThresholdSignature{})
	return protocol.NewCatchUpPackage(protocol.CatchUpContent{
		Block: block, BlockHash: hash, Beacon: beacon,
	}, crypto.ThresholdSignature{})
}

func (s *Summaries) record(version protocol.RegistryVersion) *protocol.SubnetRecord {
	record := s.Registry.At(version).Subnet(s.Dealer.subnet)
	if record == nil {
		panic(fmt.Sprintf("dkg: subnet %s is not in registry version %d", s.Dealer.subnet, version))
	}
	return record
}
