package consensus

import "icsim/protocol"

// A Status says how far a subnet is in stopping for an upgrade (C/status.rs; reference/protocol.md A.7).
type Status uint8

const (
	Running Status = iota
	Halting        // only empty blocks; batches are delivered no more, but for the summary's
	Halted         // no blocks: the state at the upgrade height is certified
)

// StatusAt gives the status at a height. ok is false when the registry version in force there is unknown.
func (r *Reader) StatusAt(h protocol.Height) (s Status, ok bool) {
	halt, ok := r.shouldHalt(h)
	if !ok || !halt {
		return Running, ok
	}
	if halted, known := r.shouldHalt(r.FinalizedTip().Block.Context.CertifiedHeight); known && halted {
		return Halted, true
	}
	return Halting, true
}

// shouldHalt reports whether the registry version in force at a height asks for another replica version, or for a halt
// at the interval's start.
func (r *Reader) shouldHalt(h protocol.Height) (halt, ok bool) {
	record := r.Record(h)
	if record == nil {
		return false, false
	}
	return record.ReplicaVersion != r.cfg.Version || record.HaltAtCUPHeight, true
}

// NewestVersion is the newest registry version that this node had in the last step.
func (r *Reader) NewestVersion() protocol.RegistryVersion { return r.halted.version }

// isHaltedByRegistry reports whether the newest registry version this node has stops the subnet at once.
func (r *Reader) isHaltedByRegistry(now protocol.Time) bool {
	if v := r.env.Registry.Latest(now); v != r.halted.version {
		r.halted.version, r.halted.yes = v, r.env.Registry.At(v).Subnet(r.cfg.Subnet).Halted
	}
	return r.halted.yes
}
