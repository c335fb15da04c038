package messaging

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/protocol"
)

// The labels of the certified tree (reference/protocol.md E, "State certification"; interface.md D.5).
const (
	labelTime          = "time"
	labelSubnet        = "subnet"
	labelCanister      = "canister"
	labelRequestStatus = "request_status"
	labelStreams       = "streams"
	labelMetadata      = "metadata"

	labelPublicKey      = "public_key"
	labelType           = "type"
	labelCanisterRanges = "canister_ranges"
	labelNode           = "node"

	labelHeader   = "header"
	labelMessages = "messages"
)

// The DER prefixes of public keys (interface.md D.3).
const (
	derBLS     = "\x30\x81\x82\x30\x1d\x06\x0d\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x01\x02\x01\x06\x0c\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x02\x01\x03\x61\x00"
	derEd25519 = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
)

// certifyTree gives the state's certified tree: the parent's with what this round changed.
func certifyTree(parent *State, s *State, changed []*change, registry *protocol.RegistrySnapshot) hashtree.Tree {
	var room [6]hashtree.Edit
	edits := append(room[:0],
		hashtree.Edit{Label: labelTime, To: hashtree.LeafOf(timeLeaf(registry.Genesis, s.time))},
		hashtree.Edit{Label: labelMetadata, To: hashtree.LeafOf(metadataLeaf(s.height, parent.root))},
	)
	if t := s.canisters.Tree(); t != parent.canisters.Tree() {
		edits = append(edits, hashtree.Edit{Label: labelCanister, To: hashtree.SubtreeOf(t)})
	}
	if s.history != parent.history {
		edits = append(edits, hashtree.Edit{Label: labelRequestStatus, To: hashtree.SubtreeOf(s.history.tree)})
	}
	if s.registry != parent.registry {
		edits = append(edits, hashtree.Edit{Label: labelSubnet, To: hashtree.SubtreeOf(subnetTree(s.subnet, registry))})
	}
	if streams, ok := parent.tree.Subtree(labelStreams); ok {
		if now := streamsTree(streams, s.subnet, changed, registry); now != streams {
			edits = append(edits, hashtree.Edit{Label: labelStreams, To: hashtree.SubtreeOf(now)})
		}
	}
	return parent.tree.Apply(edits)
}

// wholeTree builds the certified tree of a state from nothing. previous is the parent's root.
func wholeTree(s *State, previous protocol.StateHash, registry *protocol.RegistrySnapshot) hashtree.Tree {
	fresh := make([]*change, len(s.streams))
	for i, stream := range s.streams {
		fresh[i] = &change{stream: stream, appended: len(stream.messages)}
	}
	return hashtree.Tree{}.Apply([]hashtree.Edit{
		{Label: labelTime, To: hashtree.LeafOf(timeLeaf(registry.Genesis, s.time))},
		{Label: labelMetadata, To: hashtree.LeafOf(metadataLeaf(s.height, previous))},
		{Label: labelCanister, To: hashtree.SubtreeOf(s.canisters.Tree())},
		{Label: labelRequestStatus, To: hashtree.SubtreeOf(s.history.tree)},
		{Label: labelSubnet, To: hashtree.SubtreeOf(subnetTree(s.subnet, registry))},
		{Label: labelStreams, To: hashtree.SubtreeOf(streamsTree(hashtree.Tree{}, s.subnet, fresh, registry))},
	})
}

// timeLeaf is Unix time in nanoseconds, LEB128.
func timeLeaf(genesis uint64, t protocol.Time) []byte {
	return binary.AppendUvarint(make([]byte, 0, binary.MaxVarintLen64), genesis+uint64(t))
}

// metadataLeaf binds the height into the tree, and the state to the one before.
//
// Model: the replica's leaf is CBOR with fields of its own; nobody but replicas reads it.
func metadataLeaf(h protocol.Height, previous protocol.StateHash) []byte {
	raw := binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(previous)), uint64(h))
	return append(raw, previous[:]...)
}

// streamsTree gives the directory `streams` with the changed ones brought up to date. The loopback stream is not
// certified.
func streamsTree(t hashtree.Tree, own protocol.SubnetID, changed []*change, registry *protocol.RegistrySnapshot) hashtree.Tree {
	var edits []hashtree.Edit
	for _, c := range changed {
		if c.stream.to == own {
			continue
		}
		label := subnetLabel(registry, c.stream.to)
		before, _ := t.Subtree(label)
		edits = append(edits, hashtree.Edit{Label: label, To: hashtree.SubtreeOf(streamTree(before, c))})
	}
	return t.Apply(edits)
}

// streamTree gives one stream's directory: its header and its messages by index.
func streamTree(t hashtree.Tree, c *change) hashtree.Tree {
	messages, _ := t.Subtree(labelMessages)
	var edits []hashtree.Edit
	if c.before != nil {
		for i := c.before.begin; i < min(c.stream.begin, c.before.End()); i++ {
			edits = append(edits, hashtree.Edit{Label: hashtree.Index(uint64(i)), Remove: true})
		}
	}
	first := c.stream.End() - protocol.StreamIndex(c.appended)
	for i, m := range c.stream.Messages(first) {
		at := hashtree.Index(uint64(first) + uint64(i))
		edits = append(edits, hashtree.Edit{Label: at, To: hashtree.LeafOf(m.Encoded())})
	}
	header := c.stream.Header()
	return t.Apply([]hashtree.Edit{
		{Label: labelHeader, To: hashtree.LeafOf(header.Encode())},
		{Label: labelMessages, To: hashtree.SubtreeOf(messages.Apply(edits))},
	})
}

// subnetTree gives the directory `subnet`: every subnet's key, type and canister ranges, and the keys of our nodes.
//
// Model: /subnet/<id>/metrics, the sharded /canister_ranges and /api_boundary_nodes are left out; nothing simulated
// reads them.
func subnetTree(own protocol.SubnetID, registry *protocol.RegistrySnapshot) hashtree.Tree {
	ranges := make([][]protocol.CanisterRange, len(registry.Subnets))
	for _, r := range registry.Routing.Ranges {
		ranges[r.Subnet] = append(ranges[r.Subnet], r)
	}
	edits := make([]hashtree.Edit, 0, len(registry.Subnets))
	for i, record := range registry.Subnets {
		if record == nil {
			continue
		}
		entry := []hashtree.Edit{
			{Label: labelPublicKey, To: hashtree.LeafOf(append([]byte(derBLS), record.PublicKey[:]...))},
			{Label: labelType, To: hashtree.LeafOf([]byte(record.Type.String()))},
			{Label: labelCanisterRanges, To: hashtree.LeafOf(rangesLeaf(ranges[i]))},
		}
		if record.ID == own {
			entry = append(entry, hashtree.Edit{Label: labelNode, To: hashtree.SubtreeOf(nodesTree(record, registry))})
		}
		label := subnetLabel(registry, record.ID)
		edits = append(edits, hashtree.Edit{Label: label, To: hashtree.SubtreeOf(hashtree.Tree{}.Apply(entry))})
	}
	return hashtree.Tree{}.Apply(edits)
}

func nodesTree(subnet *protocol.SubnetRecord, registry *protocol.RegistrySnapshot) hashtree.Tree {
	edits := make([]hashtree.Edit, 0, len(subnet.Members))
	for _, n := range subnet.Members {
		record := registry.Node(n)
		key := append([]byte(derEd25519), record.SigningKey[:]...)
		node := hashtree.Tree{}.SetLeaf(hashtree.Path{labelPublicKey}, key)
		edits = append(edits, hashtree.Edit{Label: hashtree.Label(record.Principal.Bytes()), To: hashtree.SubtreeOf(node)})
	}
	return hashtree.Tree{}.Apply(edits)
}

// rangesLeaf is the CBOR form of canister ranges: tag 55799, an array of pairs of principals.
func rangesLeaf(ranges []protocol.CanisterRange) []byte {
	raw := append([]byte{0xd9, 0xd9, 0xf7}, cborArray(len(ranges))...)
	for _, r := range ranges {
		raw = append(raw, 0x82)
		for _, c := range [2]protocol.CanisterID{r.First, r.Last} {
			id := c.Principal().Bytes() // 10 bytes: the length fits the head
			raw = append(append(raw, 0x40|byte(len(id))), id...)
		}
	}
	return raw
}

// cborArray is the head of an array.
func cborArray(n int) []byte {
	switch {
	case n < 24:
		return []byte{0x80 | byte(n)}
	case n < 1<<8:
		return []byte{0x98, byte(n)}
	}
	return []byte{0x99, byte(n >> 8), byte(n)} // a subnet has fewer than 65536 ranges
}

func subnetLabel(registry *protocol.RegistrySnapshot, id protocol.SubnetID) hashtree.Label {
	return hashtree.Label(registry.Subnet(id).Principal.Bytes())
}

// manifestHash is the hash that a catch-up package signs: over all of the state, certified or not.
//
// Model: the replica hashes the files of a checkpoint in chunks of 1 MiB; the time that takes is charged as
// OpCheckpointByte.
func manifestHash(s *State) protocol.StateHash {
	canisters, history := s.canisters.ManifestHash(), s.history.hash()
	raw := append(append([]byte(nil), canisters[:]...), history[:]...)
	if loopback := find(s.streams, s.subnet); loopback != nil {
		header := loopback.Header()
		raw = append(raw, header.Encode()...)
		for _, m := range loopback.messages {
			raw = append(raw, m.Hash[:]...)
		}
	}
	return protocol.StateHash(crypto.Sum("ic-manifest", s.root[:], raw))
}
