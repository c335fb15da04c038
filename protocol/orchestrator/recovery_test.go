package orchestrator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/orchestrator"
	"icsim/protocol/registry"
	"icsim/protocol/replica/replicatest"
)

// A recovered world is one whose second subnet is recovered in version 5: with another key and node 4 back in place of 7, from a package at
// height 1000 that nobody has signed.
type recoveredWorld struct {
	world
	held    *protocol.CatchUpPackage
	version protocol.RegistryVersion
}

func newRecovered() *recoveredWorld {
	w := &recoveredWorld{world: newWorld()}
	w.version = w.Registry.Publish(50*second, registry.EditSubnet(subnet, func(s *protocol.SubnetRecord) {
		s.PublicKey = w.Subnets[0].Record.PublicKey
		s.Members = []protocol.NodeID{4, 5, 6, spare}
	}))
	signed := w.cup(1000, w.version, 4, 5)
	w.held = protocol.NewCatchUpPackage(signed.Content, crypto.ThresholdSignature{})
	return w
}

func (w *recoveredWorld) holds(s protocol.SubnetID, v protocol.RegistryVersion) *protocol.CatchUpPackage {
	if s == subnet && v >= w.version {
		return w.held
	}
	return w.packages(s, v)
}

// F, rs/orchestrator/src/upgrade.rs: a registry package that is higher than the node's own has it start again, from that; not before the
// node knows the registry version that holds it, and not when its own is as high. Who is a member no more does so too, while others may
// need it: it must not go on where the subnet has stopped.
func TestRegistryPackageThatIsHigherStartsTheReplicaAgain(t *testing.T) {
	w := newRecovered()
	look := func(n protocol.NodeID, at protocol.Time, cup *protocol.CatchUpPackage) *protocol.Outputs {
		cfg := w.config(n)
		cfg.Packages = w.holds
		a := orchestrator.NewAssigned(cfg, subnet, "v2")
		a.News(w.version, at)
		wake := a.NextWake()
		out := &protocol.Outputs{Wake: protocol.Never}
		a.Step(&protocol.Input{Lane: protocol.LaneOrchestrator, Now: min(wake, at), Instant: wake}, cup, out)
		return out
	}
	own := w.cup(40, 4, 4, 5, 6, 7)
	require.Empty(t, look(5, 49*second, own).Restart.Why, "it does not know of version 5")
	for _, n := range []protocol.NodeID{5, 7} {
		out := look(n, 60*second, own)
		require.Equal(t, protocol.OpRestart, out.Restart.Takes, "%s", n)
		require.Equal(t, []protocol.Write{orchestrator.Remember(w.held)}, out.Writes)
	}
	for _, h := range []protocol.Height{1000, 1020} {
		require.Empty(t, look(5, 60*second, w.cup(h, w.version, w.version, 5, 6, 7)).Restart.Why, "it has it already")
	}
}

// Whatever a node has on disk of the subnet's life before, it starts from the registry's package; from its own again once that is higher.
func TestNodesOfARecoveredSubnetStartFromTheRegistry(t *testing.T) {
	w := newRecovered()
	boot := func(n protocol.NodeID, at protocol.Time, disk ...protocol.Write) orchestrator.Role {
		d := protocol.NewDisk()
		d.Apply(disk)
		return orchestrator.Boot(n, d, w.Client(n), at, w.holds)
	}
	old, new := w.cup(40, 4, 4, 5, 6, 7), w.cup(1020, w.version, w.version, 5, 6, 7)
	inPool := func(cup *protocol.CatchUpPackage) protocol.Write {
		return protocol.Write{Key: protocol.DiskKey{Space: protocol.DiskConsensusPool, Height: cup.Height()}, Value: cup}
	}
	from := func(start, newest *protocol.CatchUpPackage) orchestrator.Role {
		return orchestrator.Role{Assigned: true, Subnet: subnet, Package: start, Newest: newest, Version: "v2"}
	}
	genesis := w.Subnets[subnet].Genesis
	require.Equal(t, from(w.held, w.held), boot(5, 100*second, orchestrator.Remember(genesis), inPool(old)))
	require.Equal(t, from(w.held, w.held), boot(4, 100*second), "an empty disk: it has been a member since the recovery")
	require.Equal(t, from(genesis, old), boot(5, 40*second, orchestrator.Remember(genesis), inPool(old)), "it does not know yet")
	require.Equal(t, from(w.held, new), boot(5, 100*second, orchestrator.Remember(w.held), inPool(new)))
	require.Equal(t, from(genesis, new), boot(5, 100*second, orchestrator.Remember(genesis), inPool(new)), "it got along by itself")
}

// A package is trusted for the key that the subnet had at the package's version: one of before the recovery still is, and none that only
// says that it is of after it.
func TestPackagesAreTrustedForTheKeyOfTheirVersion(t *testing.T) {
	w := newRecovered()
	begins := func(cup *protocol.CatchUpPackage) bool {
		cfg := w.config(spare)
		s := stage{m: orchestrator.NewUnassigned(cfg)}
		wake := s.step(protocol.LaneOrchestrator, 60*second, &protocol.RegistryNews{Version: w.version}).Wake
		out := s.step(protocol.LaneOrchestrator, wake)
		serial := out.Sends[0].Msg.(*protocol.CUPRequest).Serial
		return s.step(protocol.LaneStateSync, wake, &protocol.CUPReply{CUP: cup, Serial: serial}).Restart.Why != ""
	}
	require.True(t, begins(w.cup(20, 3, 3, 5, 6, 7)))
	require.False(t, begins(w.cup(1020, w.version, w.version, 5, 6, 7)), "signed with the old key")
	require.False(t, begins(w.cup(1020, w.version+1, w.version, 5, 6, 7)), "of a version that does not exist")
	require.False(t, begins(w.cup(1020, 0, w.version, 5, 6, 7)), "of no version")
	require.Equal(t, replicatest.Version, w.cup(20, 3, 3, 5).Content.Block.Version)
}
