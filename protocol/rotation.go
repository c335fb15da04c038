package protocol

import "slices"

// RotationDue is when a node may have another IDKG encryption key: when its own is as old as the registry wants it at most, and so long
// after the last one that a member of its subnet got that all members have their turn in that time. Of this distance some percent will do,
// so that a node that is late does not make all others late. ok is false where keys are not rotated (rs/orchestrator/src/registration.rs,
// is_time_to_rotate; rs/registry/canister/src/mutations/do_update_node_directly.rs).
func (r *RegistrySnapshot) RotationDue(n NodeID, percent Time) (at Time, ok bool) {
	node := r.Node(n)
	subnet, assigned := r.Assigned(n)
	if node == nil || !assigned {
		return 0, false
	}
	record := r.Subnet(subnet)
	if record.ChainKeys == nil || record.ChainKeys.Rotation == 0 {
		return 0, false
	}
	last := node.IDKGKeySet
	for _, m := range record.Members {
		last = max(last, r.Node(m).IDKGKeySet)
	}
	turn := record.ChainKeys.Rotation / Time(len(record.Members))
	return max(node.IDKGKeySet+record.ChainKeys.Rotation, last+turn/100*percent), true
}

// TakeTurns makes the keys of a subnet's members as old as if they had always taken turns.
//
// Model: on the Internet Computer the keys that nodes come with have no time, and all of a new subnet's are replaced at once.
func (s *SubnetRecord) TakeTurns(nodes []*NodeRecord) {
	if s.ChainKeys == nil || s.ChainKeys.Rotation == 0 {
		return
	}
	turn := s.ChainKeys.Rotation / Time(len(s.Members))
	for i, n := range s.Members {
		nodes[n].IDKGKeySet = turn*Time(i+1) - s.ChainKeys.Rotation
	}
}

// Holds reports whether these nodes share a transcript, with the encryption keys that they have in the registry.
func (r *RegistrySnapshot) Holds(t *IDKGTranscript, members []NodeID) bool {
	if !slices.Equal(t.Receivers, members) {
		return false
	}
	for i, key := range t.Transcript.Receivers() {
		if !r.Node(members[i]).IDKGKey.Equal(key) {
			return false
		}
	}
	return true
}
