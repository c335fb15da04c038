package dkg

import (
	"fmt"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/keys"
)

// Found has the nodes of a subnet that does not exist yet generate its keys. They do among themselves what they will do in every
// interval, with the same functions: deal from secrets of their own, verify, combine.
//
// Model: on the Internet Computer the nodes of the NNS deal to a new subnet (reference/protocol.md F), in blocks. Here it happens
// before time begins, and only as many nodes deal as are needed.
func Found(
	generation crypto.KeyGeneration, subnet protocol.SubnetID, nodes *protocol.RegistrySnapshot, members []protocol.NodeID,
	secrets func(protocol.NodeID) keys.Secrets,
) protocol.Transcripts {
	found := func(tag protocol.DKGTag) *protocol.Transcript {
		return foundKey(generation, protocol.TranscriptID{Subnet: subnet, Tag: tag, Founding: true}, nodes, members, secrets)
	}
	return protocol.Transcripts{Low: found(protocol.LowThreshold), High: found(protocol.HighThreshold)}
}

// FoundVetKD has them generate the subnet's vetKD keys likewise.
func FoundVetKD(
	generation crypto.KeyGeneration, subnet protocol.SubnetID, nodes *protocol.RegistrySnapshot, members []protocol.NodeID,
	secrets func(protocol.NodeID) keys.Secrets, chainKeys *protocol.ChainKeys,
) (all []*protocol.Transcript) {
	for _, id := range vetKDKeys(chainKeys) {
		id := protocol.TranscriptID{Subnet: subnet, Tag: protocol.HighThreshold, Founding: true, Key: id}
		all = append(all, foundKey(generation, id, nodes, members, secrets))
	}
	return all
}

func foundKey(
	generation crypto.KeyGeneration, id protocol.TranscriptID, nodes *protocol.RegistrySnapshot, members []protocol.NodeID,
	secrets func(protocol.NodeID) keys.Secrets,
) *protocol.Transcript {
	tag, subnet := id.Tag, id.Subnet
	c := fresh(id, nodes.Version, members)
	var dealings []*protocol.Dealing
	for _, n := range members[:c.Collect] {
		ring := &keys.Keyring{
			Node: n, Registry: founding{nodes}, Secrets: secrets(n), Generation: generation, Meter: new(protocol.Meter),
		}
		d, ok := ring.Deal(c)
		if !ok {
			panic(fmt.Sprintf("dkg: node %s cannot deal for the %s key of subnet %s", n, tag, subnet))
		}
		if fault := ring.VerifyDealing(c, n, d); fault != crypto.DealingSound {
			panic(fmt.Sprintf("dkg: node %s deals for the %s key of subnet %s: %s", n, tag, subnet, fault))
		}
		dealings = append(dealings, protocol.NewDealing("", id, n, d, crypto.BasicSignature{}))
	}
	ring := &keys.Keyring{Registry: founding{nodes}, Generation: generation, Meter: new(protocol.Meter)}
	t, fault := ring.CombineDealings(c, dealings)
	if fault != crypto.DealingSound {
		panic(fmt.Sprintf("dkg: the %s key of subnet %s: %s", tag, subnet, fault))
	}
	return t
}

// founding is the registry before there is one: of a single version.
type founding struct{ nodes *protocol.RegistrySnapshot }

func (f founding) Latest(protocol.Time) protocol.RegistryVersion { return f.nodes.Version }

func (f founding) LatestBefore(protocol.Time, time.Duration) protocol.RegistryVersion {
	return f.nodes.Version
}

func (f founding) At(protocol.RegistryVersion) *protocol.RegistrySnapshot { return f.nodes }
