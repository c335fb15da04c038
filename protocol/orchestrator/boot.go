package orchestrator

import (
	"icsim/protocol"
)

// Packages gives the catch-up package that the registry holds for a subnet at a version: that of its genesis, of its creation, or of its
// last recovery. nil: there is no such subnet.
type Packages func(protocol.SubnetID, protocol.RegistryVersion) *protocol.CatchUpPackage

// A Role is what a node starts as: a subnet's replica, or nothing yet.
type Role struct {
	Assigned bool
	Subnet   protocol.SubnetID
	Package  *protocol.CatchUpPackage // to start from
	Newest   *protocol.CatchUpPackage // that, or one of the pool on disk
	Version  protocol.ReplicaVersion  // to run
}

// Boot says what a node is when it starts at local time now. Its disk tells, and where that is empty the registry: the nodes that a
// subnet has had since the registry's package start from that (begins), all others ask for one first. Of a subnet that was recovered the
// registry's package is higher than all that a disk has, until there is a new one.
//
// Model: the deployed orchestrator always asks first. Who starts from the subnet's own package asks as a replica (statesync.Search).
func Boot(node protocol.NodeID, disk *protocol.Disk, registry protocol.RegistryClient, now protocol.Time, packages Packages) Role {
	start, latest := local(disk), registry.Latest(now)
	if start == nil {
		subnet, assigned := registry.At(latest).Assigned(node)
		if !assigned {
			return Role{}
		}
		if start = packages(subnet, latest); !begins(node, subnet, registry, start, latest) {
			return Role{}
		}
	}
	newest := start
	for _, v := range disk.Load(protocol.DiskConsensusPool) {
		if cup, ok := v.(*protocol.CatchUpPackage); ok && cup.Height() > newest.Height() {
			newest = cup
		}
	}
	subnet := start.Subnet()
	if held := packages.above(newest, latest); held != nil {
		start, newest = held, held
	}
	return Role{Assigned: true, Subnet: subnet, Package: start, Newest: newest, Version: demanded(registry, subnet, newest)}
}

// above gives what the registry holds at a version for a package's subnet if it is higher than the package, else nil.
func (p Packages) above(cup *protocol.CatchUpPackage, latest protocol.RegistryVersion) *protocol.CatchUpPackage {
	if held := p(cup.Subnet(), latest); held != nil && held.Height() > cup.Height() {
		return held
	}
	return nil
}

// begins tells whether a node has been a subnet's since the registry has had its package.
func begins(
	node protocol.NodeID, subnet protocol.SubnetID, registry protocol.RegistryClient, cup *protocol.CatchUpPackage,
	latest protocol.RegistryVersion,
) bool {
	for v := cup.Summary().RegistryVersion; v <= latest; v++ {
		if !registry.At(v).Subnet(subnet).Has(node) {
			return false
		}
	}
	return true
}

// local is the package that the node was last started from, or nil.
func local(disk *protocol.Disk) *protocol.CatchUpPackage {
	for _, v := range disk.Load(protocol.DiskPackage) {
		return v.(*protocol.CatchUpPackage)
	}
	return nil
}

// Remember is the write by which a node starts from a package the next time.
func Remember(cup *protocol.CatchUpPackage) protocol.Write {
	return protocol.Write{Key: protocol.DiskKey{Space: protocol.DiskPackage}, Value: cup, Bytes: cup.Size()}
}

// demanded is the replica version that goes on from a package.
func demanded(registry protocol.RegistryClient, subnet protocol.SubnetID, cup *protocol.CatchUpPackage) protocol.ReplicaVersion {
	return registry.At(cup.Summary().RegistryVersion).Subnet(subnet).ReplicaVersion
}
