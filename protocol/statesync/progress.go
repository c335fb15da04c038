package statesync

import (
	"bytes"

	"icsim/crypto"
	"icsim/protocol"
)

// advance goes to the next stage, since all of this one is there.
func (d *Download) advance(out *protocol.Outputs) {
	switch d.stage {
	case fetchingMeta:
		d.stage, d.pieces = fetchingManifest, make([][]byte, len(d.hashes))
		for i := range d.hashes {
			d.queue = append(d.queue, protocol.ManifestChunks+protocol.ChunkID(i))
		}
	case fetchingManifest:
		m, err := protocol.DecodeManifest(bytes.Join(d.pieces, nil))
		if err != nil {
			d.broken("the subnet signed a %v", err)
		}
		d.stage, d.manifest, d.pieces = fetchingState, m, nil
		d.plan(out)
	case fetchingState:
		d.stage = idle
		out.Emit(protocol.Note{
			Kind: protocol.NoteSyncFetched, Height: d.target.Height, Hash: crypto.Hash(d.target.Root), Peer: protocol.NoNode, Value: d.fetched,
		})
	}
}

// plan asks for every part of the state that the node does not have. What it has is read, verified and written once more.
func (d *Download) plan(out *protocol.Outputs) {
	d.parts = make(map[protocol.ChunkID]protocol.Part)
	for _, p := range d.manifest.Parts() {
		size, missing := 0, false
		for _, c := range p.Chunks {
			f := &d.manifest.Files[c.File]
			missing = missing || !d.held[f.Chunks[c.Chunk]]
			size += f.ChunkLen(c.Chunk)
		}
		if missing {
			d.parts[p.ID] = p
			d.queue = append(d.queue, p.ID)
			continue
		}
		d.reused += uint64(size)
		out.Meter.Charge(protocol.OpDiskReadByte, size)
		out.Meter.Charge(protocol.OpHashByte, size)
		out.Meter.Charge(protocol.OpDiskByte, size)
	}
}
