package messaging

import (
	"encoding/binary"

	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/protocol"
)

// The labels of the certified tree (reference/protocol.md E, "State certification"; interface.md D.5).
const (
	labelTime          = "time"
	labelSubnet        = "subnet"
	labelCanister      = "canister"
	labelRequestStatus = "request_status"
	labelBoundaryNodes = "api_boundary_nodes"
	labelMetadata      = "metadata"

	labelPublicKey      = "public_key"
	labelType           = "type"
	labelCanisterRanges = "canister_ranges"
	labelNode           = "node"
	labelMetrics        = "metrics"
)

// certifyTree gives the state's certified tree: the parent's with what this round changed.
func certifyTree(parent *State, s *State, changed []*change, registry *protocol.RegistrySnapshot) hashtree.Tree {
	var room [7]hashtree.Edit
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
		edits = append(edits,
			hashtree.Edit{Label: labelSubnet, To: hashtree.SubtreeOf(subnetTree(s, registry))},
			hashtree.Edit{Label: labelCanisterRanges, To: hashtree.SubtreeOf(rangesTree(registry))})
	} else if s.metrics != parent.metrics {
		subnets, _ := parent.tree.Subtree(labelSubnet)
		path := hashtree.Path{subnetLabel(registry, s.subnet), labelMetrics}
		edits = append(edits, hashtree.Edit{Label: labelSubnet, To: hashtree.SubtreeOf(subnets.SetLeaf(path, s.metrics.encode()))})
	}
	if streams, ok := parent.tree.Subtree(protocol.LabelStreams); ok {
		if now := streamsTree(streams, s.subnet, changed, registry); now != streams {
			edits = append(edits, hashtree.Edit{Label: protocol.LabelStreams, To: hashtree.SubtreeOf(now)})
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
		{Label: labelBoundaryNodes, To: hashtree.SubtreeOf(hashtree.Tree{})}, // the registry has none
		{Label: labelSubnet, To: hashtree.SubtreeOf(subnetTree(s, registry))},
		{Label: labelCanisterRanges, To: hashtree.SubtreeOf(rangesTree(registry))},
		{Label: protocol.LabelStreams, To: hashtree.SubtreeOf(streamsTree(hashtree.Tree{}, s.subnet, fresh, registry))},
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

// metadataAt is a leaf of another height with the same state before it.
func metadataAt(h protocol.Height, leaf []byte) []byte {
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, len(leaf)), uint64(h)), leaf[8:]...)
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
	messages, _ := t.Subtree(protocol.LabelStreamMessages)
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
		{Label: protocol.LabelStreamHeader, To: hashtree.LeafOf(header.Encode())},
		{Label: protocol.LabelStreamMessages, To: hashtree.SubtreeOf(messages.Apply(edits))},
	})
}

// subnetTree gives the directory `subnet`: every subnet's key, type and canister ranges; of our own also the nodes' keys and the
// metrics.
func subnetTree(s *State, registry *protocol.RegistrySnapshot) hashtree.Tree {
	ranges := rangesBySubnet(registry)
	edits := make([]hashtree.Edit, len(registry.Subnets))
	for i, record := range registry.Subnets {
		entry := []hashtree.Edit{
			{Label: labelPublicKey, To: hashtree.LeafOf(der.WrapBLS(record.PublicKey))},
			{Label: labelType, To: hashtree.LeafOf([]byte(record.Type.String()))},
			{Label: labelCanisterRanges, To: hashtree.LeafOf(certificate.EncodeRanges(ranges[i]))},
		}
		if record.ID == s.subnet {
			entry = append(entry,
				hashtree.Edit{Label: labelNode, To: hashtree.SubtreeOf(nodesTree(record, registry))},
				hashtree.Edit{Label: labelMetrics, To: hashtree.LeafOf(s.metrics.encode())})
		}
		edits[i] = directory(subnetLabel(registry, record.ID), entry)
	}
	return hashtree.Tree{}.Apply(edits)
}

// rangesTree gives the directory `canister_ranges`, where agents look since 2025: by subnet, then by first canister.
//
// Model: one shard a subnet, whatever its size.
func rangesTree(registry *protocol.RegistrySnapshot) hashtree.Tree {
	var edits []hashtree.Edit
	for i, ranges := range rangesBySubnet(registry) {
		if len(ranges) == 0 {
			continue
		}
		edits = append(edits, directory(subnetLabel(registry, protocol.SubnetID(i)), []hashtree.Edit{{
			Label: hashtree.Label(ranges[0].First.Bytes()),
			To:    hashtree.LeafOf(certificate.EncodeRanges(ranges)),
		}}))
	}
	return hashtree.Tree{}.Apply(edits)
}

func rangesBySubnet(registry *protocol.RegistrySnapshot) [][]certificate.Range {
	ranges := make([][]certificate.Range, len(registry.Subnets))
	for _, r := range registry.Routing.Ranges {
		ranges[r.Subnet] = append(ranges[r.Subnet], certificate.Range{First: r.First.Principal(), Last: r.Last.Principal()})
	}
	return ranges
}

func directory(label hashtree.Label, entries []hashtree.Edit) hashtree.Edit {
	return hashtree.Edit{Label: label, To: hashtree.SubtreeOf(hashtree.Tree{}.Apply(entries))}
}

func nodesTree(subnet *protocol.SubnetRecord, registry *protocol.RegistrySnapshot) hashtree.Tree {
	edits := make([]hashtree.Edit, len(subnet.Members))
	for i, n := range subnet.Members {
		record := registry.Node(n)
		edits[i] = directory(hashtree.Label(record.Principal.Bytes()), []hashtree.Edit{
			{Label: labelPublicKey, To: hashtree.LeafOf(der.WrapEd25519(record.SigningKey))},
		})
	}
	return hashtree.Tree{}.Apply(edits)
}

func subnetLabel(registry *protocol.RegistrySnapshot, id protocol.SubnetID) hashtree.Label {
	return hashtree.Label(registry.Subnet(id).Principal.Bytes())
}
