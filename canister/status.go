package canister

import (
	m "icsim/canister/management"
	"icsim/protocol"
)

// canisterStatus tells all about a canister to those who may know.
func (r *Round) canisterStatus(_ *request, c *Canister) ([]byte, *fault) {
	return m.Encode(c.statusReply(r.prices, r.isReady(c))), nil
}

func (c *Canister) statusReply(p prices, ready bool) m.StatusReply {
	const day = 24 * 3600
	return m.StatusReply{
		Status: c.shownStatus(), Ready: ready,
		Version: c.version, Settings: c.settings.definite(), ModuleHash: c.moduleHash(),
		MemorySize: protocol.CyclesOf(c.bytes()), Memory: c.memoryMetrics(), Cycles: c.balance, Reserved: c.reserved,
		IdleBurnPerDay: p.upkeep(c.upkeep(), day),
	}
}

func (c *Canister) shownStatus() m.Status {
	switch c.status {
	case Stopping:
		return m.Status{Stopping: &m.Null{}}
	case Stopped:
		return m.Status{Stopped: &m.Null{}}
	}
	return m.Status{Running: &m.Null{}}
}

// Model: custom sections and globals count as a part of the binary, and history as nothing.
func (c *Canister) memoryMetrics() m.MemoryMetrics {
	nat := protocol.CyclesOf
	metrics := m.MemoryMetrics{
		Stable: nat(c.stable.Len()), Chunks: nat(uint64(len(c.chunks)) * maxChunkBytes), Snapshot: nat(snapshotBytes(c)),
		Log: nat(uint64(c.log.bytes)),
	}
	if c.code != nil {
		metrics.Wasm, metrics.Binary = nat(c.image.Size()*pageBytes), nat(uint64(len(c.code.raw)))
	}
	return metrics
}

// canisterMetadata gives a custom section; a private one to controllers only.
func (r *Round) canisterMetadata(q *request, c *Canister) ([]byte, *fault) {
	var arg m.CanisterMetadata
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	if c.code == nil {
		return nil, c.noModule()
	}
	s := c.code.section(arg.Name)
	if s == nil || !s.Public && !c.isController(q.caller) {
		return nil, refusal(errRejectedMessage, "The canister has no metadata section %s that the caller may see.", arg.Name)
	}
	return m.Encode(m.CanisterMetadataReply{Value: s.Data}), nil
}
