package messaging

import (
	"encoding/binary"
	"fmt"

	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/protocol"
)

// manifestOf gives the manifest of the files that a checkpoint writes (rs/state_layout; rs/state_manager/src/checkpoint.rs): of
// message routing, then of the canisters. Its root is what a catch-up package signs: it covers all of the state, certified or not.
func manifestOf(s *State) *protocol.Manifest {
	canisters := s.canisters.Files()
	files := make([]protocol.StateFile, 0, len(canisters)+len(s.streams)+2)
	files = append(files,
		protocol.WrittenFile("system_metadata.pbuf", s.encodeMetadata),
		protocol.WrittenFile("ingress_history.pbuf", s.history.encode))
	for _, stream := range s.streams {
		files = append(files, protocol.WrittenFile(fmt.Sprintf("streams/%d.pbuf", stream.to), stream.encode))
	}
	return protocol.NewManifest(append(files, canisters...))
}

// encodeMetadata writes what the state has beside calls, streams and canisters. The root covers what the certified tree shows of it.
func (s *State) encodeMetadata() []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(s.subnet))
	b = binary.BigEndian.AppendUint64(b, uint64(s.height))
	b = binary.BigEndian.AppendUint64(b, uint64(s.time))
	b = binary.BigEndian.AppendUint64(b, uint64(s.registry))
	b = append(append(b, s.root[:]...), s.metrics.encode()...)
	return s.makers.appendTo(b)
}

// encode writes a stream with its messages.
func (s *Stream) encode() []byte {
	header := s.Header()
	b := header.Encode()
	for _, m := range s.messages {
		b = binary.BigEndian.AppendUint64(b, uint64(m.Size()))
		b = append(b, m.Encoded()...)
	}
	return b
}

// CloneTo gives a checkpoint a height above its own: a recovered subnet goes on from there with the same files, and so with the same root
// (rs/state_manager, clone_checkpoint). Its certified tree names the new height, as every state's does.
func (s *State) CloneTo(h protocol.Height) *State {
	if s.files == nil || h <= s.height {
		panic(fmt.Sprintf("messaging: subnet %s clones a state of height %d, if it is a checkpoint, to height %d", s.subnet, s.height, h))
	}
	clone := *s
	clone.height = h
	metadata, _ := s.tree.Leaf(labelMetadata)
	clone.tree = s.tree.Apply([]hashtree.Edit{{Label: labelMetadata, To: hashtree.LeafOf(metadataAt(h, metadata))}})
	clone.root = protocol.StateHash(clone.tree.Digest())
	root := s.files.Root()
	clone.lineage = crypto.Sum("clone", s.lineage[:], root[:], binary.BigEndian.AppendUint64(nil, uint64(h)))
	return &clone
}
