package registry

import (
	"fmt"
	"slices"

	"icsim/crypto/idkg"
	"icsim/protocol"
)

// turn is how much of its turn a node has to let pass (DELAY_COMPENSATION of do_update_node_directly.rs).
const turn = 85

// UpdateNode is the mutation by which a node replaces its IDKG encryption key. The error says why the registry canister would not make it
// of the latest version (do_update_node_directly.rs).
func (r *Registry) UpdateNode(n protocol.NodeID, key idkg.EncryptionKey, now protocol.Time) (Mutation, error) {
	latest := r.Latest()
	due, ok := latest.RotationDue(n, turn)
	switch {
	case latest.Node(n) == nil:
		return nil, fmt.Errorf("node %s is not in the registry", n)
	case !ok:
		return nil, fmt.Errorf("node %s is on no subnet whose nodes rotate their keys", n)
	case latest.Node(n).IDKGKey.Equal(key):
		return nil, fmt.Errorf("node %s has this key already", n)
	case now < due:
		return nil, fmt.Errorf("the key of node %s or one of its subnet is fresh; there may be another from %s on", n, due)
	}
	return func(next *protocol.RegistrySnapshot) {
		record := *next.Nodes[n]
		record.IDKGKey, record.IDKGKeySet = key, now
		next.Nodes = slices.Clone(next.Nodes)
		next.Nodes[n] = &record
	}, nil
}
