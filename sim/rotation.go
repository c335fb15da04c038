package sim

import (
	"fmt"
	"time"

	"icsim/crypto/idkg"
	"icsim/protocol"
)

// A registration is a node's wish that the registry have another encryption key of it.
type registration struct {
	node protocol.NodeID
	key  idkg.EncryptionKey
}

// registering is how long the call to the registry canister takes.
//
// Model: there is no registry canister yet that nodes could call; it is as any update call (reference/protocol.md G).
const registering = 2 * time.Second

// asksForKey takes a node's wish.
func (s *simulation) asksForKey(t protocol.Time, n protocol.NodeID, key idkg.EncryptionKey) {
	s.registrations = append(s.registrations, registration{n, key})
	s.schedule(s.registrySource(), n, t.Add(registering), occurrence{what: nodeKeyDue, index: int32(len(s.registrations) - 1)})
}

// registers lets the registry have a node's new key, if it is time to. The node sees by that whether it has, and asks again.
func (s *simulation) registers(t protocol.Time, asked registration) {
	change, err := s.registry.UpdateNode(asked.node, asked.key, t)
	if err != nil {
		return
	}
	v := s.registry.Publish(t, change)
	if of, ok := s.registry.Latest().Assigned(asked.node); ok {
		s.watch.subnets[of].rotations++
	}
	s.watch.happened(t, fmt.Sprintf("registry version %d: %s has another IDKG encryption key", v, asked.node))
	s.announce(t)
}

// rotates tells whether nodes change the registry by themselves.
func (s *simulation) rotates() bool {
	for i := range s.config.Subnets {
		if k := s.config.Subnets[i].ChainKeys; k != nil && k.Rotation > 0 {
			return true
		}
	}
	return false
}

// takeTurns makes the nodes' keys of genesis as old as they would be by then.
func takeTurns(genesis *protocol.RegistrySnapshot) {
	for _, record := range genesis.Subnets {
		record.TakeTurns(genesis.Nodes)
	}
}

func (r *registration) String() string {
	return fmt.Sprintf("another IDKG encryption key of %s", r.node)
}
