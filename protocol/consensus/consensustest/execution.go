package consensustest

import (
	"encoding/binary"
	"time"

	"icsim/crypto"
	"icsim/protocol"
)

// queueLimit is the length of the execution queue (reference/protocol.md A.6).
const queueLimit = 16

// Execution is a node's message routing and state manager: each batch takes Delay, one after the other, and is certified
// at once. Checkpoints take CheckpointDelay more.
type Execution struct {
	Delay, CheckpointDelay time.Duration
	HoldCertification      bool // certified height stands still
	HoldManifest           bool // checkpoints are never hashed
	Corrupt                bool // checkpoints get another hash

	Batches   []*protocol.Batch
	Removed   func(inMemory, checkpoints protocol.Height) // is told what RemoveBelow permits; nil: nobody
	expected  protocol.Height
	executed  protocol.Height
	certified protocol.Height
	free      protocol.Time // when the batch queued last is done
	done      []protocol.Time
	manifests map[protocol.Height]protocol.StateHash

	checkpoint protocol.Height // the newest
	now        protocol.Time
}

// ExpectedBatchHeight is the height of the batch to be delivered next.
func (e *Execution) ExpectedBatchHeight() protocol.Height { return e.expected }

// Deliver queues a batch, if there is room.
func (e *Execution) Deliver(b *protocol.Batch) bool {
	if b.Height != e.expected {
		panic("consensustest: batch out of order")
	}
	if e.expected-1-e.executed >= queueLimit {
		return false
	}
	e.expected++
	e.Batches = append(e.Batches, b)
	e.free = max(e.free, e.now).Add(e.Delay)
	if b.Checkpoint {
		e.free = e.free.Add(e.CheckpointDelay)
	}
	e.done = append(e.done, e.free)
	e.advance(e.now)
	return true
}

// advance finishes what is done by now.
func (e *Execution) advance(now protocol.Time) {
	e.now = now
	for len(e.done) > 0 && e.done[0] <= now {
		e.done = e.done[1:]
		e.executed++
		if b := e.Batches[e.executed-e.Batches[0].Height]; b.Checkpoint {
			e.checkpoint = b.Height
			e.manifests[b.Height] = ManifestHash(b.Height)
			if e.Corrupt {
				e.manifests[b.Height] = protocol.StateHash{1}
			}
		}
	}
	if !e.HoldCertification {
		e.certified = e.executed
	}
}

// Finish ends the batch in progress at once.
func (e *Execution) Finish() {
	e.done[0] = e.now
	e.advance(e.now)
}

// ManifestHash is the hash of the whole state at a height, the same on every node.
func ManifestHash(h protocol.Height) protocol.StateHash {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(h))
	return protocol.StateHash(crypto.Sum("state", n[:]))
}

// LatestHeight is the height of the newest state.
func (e *Execution) LatestHeight() protocol.Height { return e.executed }

// CertifiedHeight is the height of the newest certified state.
func (e *Execution) CertifiedHeight() protocol.Height { return e.certified }

// ManifestHash gives the hash of a checkpoint.
func (e *Execution) ManifestHash(h protocol.Height) (protocol.StateHash, bool) {
	hash, ok := e.manifests[h]
	return hash, ok && !e.HoldManifest
}

// RemoveBelow forgets nothing: states are numbers here.
func (e *Execution) RemoveBelow(inMemory, checkpoints protocol.Height) {
	if e.Removed != nil {
		e.Removed(inMemory, checkpoints)
	}
}

// Sync puts the state of a height in place, as state sync would.
func (e *Execution) Sync(h protocol.Height) {
	e.Batches, e.done = nil, nil
	e.expected, e.executed, e.certified = h+1, h, h
	e.checkpoint = h
	e.manifests[h] = ManifestHash(h)
}

// Payloads builds empty payloads and accepts all, unless a test says otherwise.
type Payloads struct {
	Verdict protocol.Verdict
}

// Build gives an empty payload.
func (p *Payloads) Build(protocol.Height, protocol.ValidationContext, []*protocol.Block) protocol.BatchPayload {
	return protocol.BatchPayload{}
}

// Validate gives the verdict of the test.
func (p *Payloads) Validate(
	protocol.Height, *protocol.BatchPayload, protocol.ValidationContext, []*protocol.Block,
) protocol.Verdict {
	return p.Verdict
}
