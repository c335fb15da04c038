package orchestrator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/orchestrator"
	"icsim/protocol/protocoltest"
	"icsim/protocol/registry"
	"icsim/protocol/replica/replicatest"
)

const (
	second = protocol.Time(1e9)
	spare  = protocol.NodeID(8)
	subnet = protocol.SubnetID(1)
)

// A world is two subnets of four nodes, and a spare node that version 2 knows of. Version 3 has it in place of node 4, which is in the
// second subnet; version 4 lets that run another replica version.
type world struct{ *replicatest.World }

func newWorld() world {
	w := world{replicatest.NewWorld(4, 4)}
	w.Registry.Publish(10*second, func(next *protocol.RegistrySnapshot) {
		record := *next.Nodes[0]
		record.ID = spare
		next.Nodes = append(next.Nodes, &record)
	})
	w.Registry.Publish(20*second, registry.EditSubnet(subnet, func(s *protocol.SubnetRecord) {
		s.Members = []protocol.NodeID{5, 6, 7, spare}
	}))
	w.Registry.Publish(30*second, registry.EditSubnet(subnet, func(s *protocol.SubnetRecord) { s.ReplicaVersion = "v2" }))
	return w
}

func (w world) packages(s protocol.SubnetID, _ protocol.RegistryVersion) *protocol.CatchUpPackage {
	return w.Subnets[s].Genesis
}

// cup is a package of the second subnet at a height, with these registry versions in force and in use, signed by some of its nodes.
func (w world) cup(h protocol.Height, inForce, inUse protocol.RegistryVersion, signers ...protocol.NodeID) *protocol.CatchUpPackage {
	genesis := w.Subnets[subnet].Genesis
	summary := *genesis.Summary()
	low, high := *summary.Current.Low, *summary.Current.High
	low.Registry, high.Registry = inUse, inUse
	summary.Height, summary.RegistryVersion = h, inForce
	summary.Current = protocol.Transcripts{Low: &low, High: &high}
	summary.Next = summary.Current
	block := *genesis.Content.Block
	block.Height, block.Payload = h, protocol.NewSummaryPayload(&summary)
	beacon := genesis.Content.Beacon.Content
	beacon.Height = h
	content := protocol.CatchUpContent{
		Block: &block, BlockHash: block.Hash(), StateHash: protocol.StateHash{1},
		Beacon: protocol.NewRandom(protocol.KindRandomBeacon, beacon, low.ID, crypto.ThresholdSignature{}),
	}
	key := genesis.Summary().Current.High
	var shares []crypto.ThresholdSignature
	for _, n := range signers {
		share, ok := w.keys(n).SignThreshold(key, content.Signable())
		if !ok {
			panic("no share")
		}
		shares = append(shares, share)
	}
	sig, _ := w.keys(signers[0]).CombineThreshold(key, content.Signable(), signers, shares)
	return protocol.NewCatchUpPackage(content, sig)
}

func (w world) keys(n protocol.NodeID) *keys.Keyring {
	k := &keys.Keyring{Node: n, Scheme: w.Scheme, Generation: w.Generation, Registry: w.Client(n), Meter: new(protocol.Meter)}
	if int(n) < len(w.Secrets) {
		k.Secrets = w.Secrets[n]
	}
	return k
}

func (w world) config(n protocol.NodeID) orchestrator.Config {
	return orchestrator.Config{
		Node: n, Registry: w.Client(n), Packages: w.packages, Keys: w.keys(n), Rand: protocol.NewRand(crypto.Hash{byte(n)}, "orchestrator"),
	}
}

// F: Stay while it is a member, Later while a version in use has it, Now after.
func TestNodesLeaveWhenNoVersionInUseHasThem(t *testing.T) {
	w := newWorld()
	registry := w.Client(4)
	for _, c := range []struct {
		node   protocol.NodeID
		inUse  protocol.RegistryVersion
		latest protocol.RegistryVersion
		want   orchestrator.Leaving
	}{
		{4, 1, 2, orchestrator.Stay},
		{4, 1, 3, orchestrator.Later},
		{4, 2, 4, orchestrator.Later},
		{4, 3, 3, orchestrator.Now},
		{4, 3, 4, orchestrator.Now},
		{spare, 1, 3, orchestrator.Stay},
		{spare, 1, 2, orchestrator.Now},
	} {
		cup := w.cup(20, 4, c.inUse, 5, 6, 7)
		require.Equal(t, c.want, orchestrator.WhenToLeave(c.node, subnet, registry, cup, c.latest), "%+v", c)
	}
}

// A node is what its disk says, and where that is empty what the registry says; it runs what its newest package demands.
func TestNodesStartAsTheyStopped(t *testing.T) {
	w := newWorld()
	boot := func(n protocol.NodeID, at protocol.Time, disk ...protocol.Write) orchestrator.Role {
		d := protocol.NewDisk()
		d.Apply(disk)
		return orchestrator.Boot(n, d, w.Client(n), at, w.packages)
	}
	genesis := w.Subnets[subnet].Genesis
	later, newest := w.cup(20, 3, 3, 5, 6, 7), w.cup(40, 4, 4, 5, 6, 7)
	pool := protocol.Write{Key: protocol.DiskKey{Space: protocol.DiskConsensusPool, Height: 40}, Value: newest}

	require.Equal(t, orchestrator.Role{Assigned: true, Subnet: 1, Package: genesis, Newest: genesis, Version: replicatest.Version}, boot(4, 0))
	require.False(t, boot(spare, 0).Assigned)
	require.False(t, boot(spare, 100*second).Assigned, "it has to ask for a package first")
	require.False(t, boot(4, 100*second).Assigned, "it was removed, and its disk is empty")
	require.True(t, boot(5, 100*second).Assigned, "it has always been a member, and lost its disk")
	w.Registry.Publish(40*second, registry.EditSubnet(subnet, func(s *protocol.SubnetRecord) {
		s.Members = []protocol.NodeID{4, 5, 6, 7}
	}))
	require.False(t, boot(4, 100*second).Assigned, "it has not always been")
	require.Equal(t, orchestrator.Role{Assigned: true, Subnet: 1, Package: genesis, Newest: genesis, Version: replicatest.Version},
		boot(4, 100*second, orchestrator.Remember(genesis)), "it does not know yet that nobody needs it")
	require.Equal(t, orchestrator.Role{Assigned: true, Subnet: 1, Package: later, Newest: later, Version: replicatest.Version},
		boot(spare, 100*second, orchestrator.Remember(later)))
	require.Equal(t, orchestrator.Role{Assigned: true, Subnet: 1, Package: later, Newest: newest, Version: "v2"},
		boot(spare, 100*second, orchestrator.Remember(later), pool))
}

// Of what a node keeps of a subnet nothing is left when it leaves, but its keys.
func TestNodesForgetTheirSubnet(t *testing.T) {
	d := protocol.NewDisk()
	spaces := []protocol.DiskSpace{
		protocol.DiskConsensusPool, protocol.DiskCertificationPool, protocol.DiskCheckpoint, protocol.DiskPackage, protocol.DiskKeys,
	}
	for _, space := range spaces {
		for h := range protocol.Height(3) {
			d.Apply([]protocol.Write{{Key: protocol.DiskKey{Space: space, Height: h}, Value: h}})
		}
	}
	d.Apply(protocol.Forget())
	for _, space := range spaces {
		left := 0
		if space == protocol.DiskKeys {
			left = 3
		}
		require.Len(t, d.Load(space), left, "space %d", space)
	}
	require.Len(t, protocol.NewDisk().WithKeys(d).Load(protocol.DiskKeys), 3, "nor does a lost disk take them")
}

// A stage is a machine that is stepped by hand.
type stage struct {
	m   protocol.Machine
	out protocol.Outputs
}

func (s *stage) step(lane protocol.Lane, at protocol.Time, messages ...protocol.Message) *protocol.Outputs {
	in := protocol.Input{Lane: lane, Now: at, Instant: at}
	for _, m := range messages {
		in.Arrivals = append(in.Arrivals, protocol.Arrival{From: 5, Msg: m})
	}
	s.out = protocol.Outputs{Wake: protocol.Never}
	s.m.Step(&in, &s.out)
	return &s.out
}

// F: an unassigned node that the registry puts into a subnet asks members for their package, one each ten seconds, and starts from the
// first that holds.
func TestUnassignedNodeStartsFromASignedPackage(t *testing.T) {
	w := newWorld()
	s := stage{m: orchestrator.NewUnassigned(w.config(spare))}
	require.Empty(t, s.step(protocol.LaneConsensus, 0).Locals, "nothing to do")
	require.Equal(t, []protocol.NodeID{}, s.out.Peers)
	require.Equal(t, protocol.Never, s.step(protocol.LaneOrchestrator, 0).Wake)

	wake := s.step(protocol.LaneOrchestrator, 25*second, &protocol.RegistryNews{Version: 3}).Wake
	require.Greater(t, wake, 25*second)
	require.LessOrEqual(t, wake, 35*second)
	for range 2 {
		asked := s.step(protocol.LaneOrchestrator, wake)
		require.Len(t, asked.Sends, 1)
		require.Contains(t, []protocol.NodeID{5, 6, 7}, asked.Sends[0].To[0])
		require.Equal(t, wake+10*second, asked.Wake, "and again")
		wake = asked.Wake
	}
	serial := s.out.Sends[0].Msg.(*protocol.CUPRequest).Serial
	good := w.cup(20, 3, 3, 5, 6, 7)
	badState := good.Content
	badState.StateHash[0]++
	for name, reply := range map[string]*protocol.CUPReply{
		"of too few":      {CUP: w.cup(20, 3, 3, 5, 6), Serial: serial},
		"about something": {CUP: protocol.NewCatchUpPackage(badState, good.Signature), Serial: serial},
		"to an old call":  {CUP: good, Serial: serial - 1},
		"of another":      {CUP: w.Subnets[0].Genesis, Serial: serial},
	} {
		require.Empty(t, s.step(protocol.LaneStateSync, wake, reply).Restart.Why, name)
	}
	out := s.step(protocol.LaneStateSync, wake, &protocol.CUPReply{CUP: good, Serial: serial})
	require.Equal(t, protocol.OpReassign, out.Restart.Takes)
	require.Contains(t, out.Restart.Why, "assigned to subnet subnet 1")
	require.Equal(t, []protocol.Write{orchestrator.Remember(good)}, out.Writes)

	other := stage{m: orchestrator.NewUnassigned(w.config(spare))}
	wake = other.step(protocol.LaneOrchestrator, 25*second, &protocol.RegistryNews{Version: 3}).Wake
	serial = other.step(protocol.LaneOrchestrator, wake).Sends[0].Msg.(*protocol.CUPRequest).Serial
	young := other.step(protocol.LaneStateSync, wake, &protocol.CUPReply{CUP: w.Subnets[subnet].Genesis, Serial: serial})
	require.Contains(t, young.Restart.Why, "height 0", "the registry holds that one")
}

func TestUnassignedNodesAreMachines(t *testing.T) {
	w := newWorld()
	var inputs []protocol.Input
	for at := protocol.Time(0); at < 60*second; at += 5 * second {
		inputs = append(inputs, protocol.Input{
			Lane: protocol.LaneOrchestrator, Now: at, Instant: at,
			Arrivals: []protocol.Arrival{{From: spare, Msg: &protocol.RegistryNews{Version: 3}}},
		})
	}
	protocoltest.TestMachine(t, func() protocol.Machine { return orchestrator.NewUnassigned(w.config(spare)) }, inputs...)
}

// A.7, F: a node is upgraded when its own package demands it, or a peer's that it cannot read; it leaves when nobody needs it; and while
// there is nothing to follow it sleeps.
func TestAssignedNodesFollowTheirPackage(t *testing.T) {
	w := newWorld()
	look := func(n protocol.NodeID, at protocol.Time, cup *protocol.CatchUpPackage) (*orchestrator.Assigned, *protocol.Outputs) {
		a := orchestrator.NewAssigned(w.config(n), subnet, replicatest.Version)
		a.News(4, at)
		wake := a.NextWake()
		require.LessOrEqual(t, wake, at+10*second)
		out := &protocol.Outputs{Wake: protocol.Never}
		a.Step(&protocol.Input{Lane: protocol.LaneOrchestrator, Now: wake, Instant: wake}, cup, out)
		return a, out
	}
	a, out := look(5, 40*second, w.cup(20, 3, 3, 5, 6, 7))
	require.Empty(t, out.Restart.Why, "version 3 in force is the one that it runs")
	require.NotEqual(t, protocol.Never, a.NextWake(), "but 4 is to come")
	require.Len(t, out.Sends, 1, "and peers may have it")

	missed := &protocol.Outputs{}
	at := &protocol.Input{Lane: protocol.LaneStateSync, Now: 60 * second, Instant: 60 * second}
	serial := out.Sends[0].Msg.(*protocol.CUPRequest).Serial
	a.Reply(&protocol.CUPReply{CUP: w.cup(40, 4, 3, 5, 6), Serial: serial}, at, w.cup(20, 3, 3, 5, 6, 7), missed)
	require.Empty(t, missed.Restart.Why, "two have signed")
	next := w.cup(40, 4, 3, 5, 6, 7)
	a.Reply(&protocol.CUPReply{CUP: next, Serial: serial}, at, w.cup(20, 3, 3, 5, 6, 7), missed)
	require.Equal(t, protocol.Restart{Why: "upgrade to v2", Takes: protocol.OpUpgrade}, missed.Restart)
	require.Equal(t, []protocol.Write{orchestrator.Remember(next)}, missed.Writes)

	_, out = look(5, 40*second, w.cup(40, 4, 3, 5, 6, 7))
	require.Equal(t, protocol.Restart{Why: "upgrade to v2", Takes: protocol.OpUpgrade}, out.Restart)

	_, out = look(4, 40*second, w.cup(40, 4, 2, 5, 6, 7))
	require.Equal(t, protocol.OpUpgrade, out.Restart.Takes, "it leaves later, and is upgraded meanwhile")
	a, out = look(4, 40*second, w.cup(20, 3, 2, 5, 6, 7))
	require.Empty(t, out.Restart.Why)
	left := &protocol.Outputs{}
	serial = out.Sends[0].Msg.(*protocol.CUPRequest).Serial
	a.Reply(&protocol.CUPReply{CUP: w.cup(40, 3, 3, 5, 6, 7), Serial: serial}, at, w.cup(20, 3, 2, 5, 6, 7), left)
	require.Equal(t, protocol.OpReassign, left.Restart.Takes, "its peers have nothing more to do with it, and say so when asked")
	_, out = look(4, 40*second, w.cup(60, 4, 3, 5, 6, 7))
	require.Equal(t, protocol.Restart{Why: "removed from subnet subnet 1", Takes: protocol.OpReassign}, out.Restart)
	require.Equal(t, protocol.Forget(), out.Writes)

	settled := orchestrator.NewAssigned(w.config(5), subnet, "v2")
	settled.News(4, 40*second)
	wake := settled.NextWake()
	settled.Step(&protocol.Input{Now: wake, Instant: wake}, w.cup(60, 4, 4, 5, 6, 7), &protocol.Outputs{})
	require.Equal(t, protocol.Never, settled.NextWake(), "all that it knows of is in force")
}

// F: nodes of a subnet that is created start from the package that the registry holds, and ask nobody; those that it gets later ask.
func TestNodesOfANewSubnetStartFromTheRegistry(t *testing.T) {
	w := newWorld()
	const fresh = protocol.SubnetID(2)
	created := w.Registry.Publish(50*second, func(next *protocol.RegistrySnapshot) {
		next.Subnets = append(next.Subnets, &protocol.SubnetRecord{ID: fresh, Name: "fresh", Members: []protocol.NodeID{4}, ReplicaVersion: "v3"})
	})
	genesis := w.cup(0, created, 1, 5, 6, 7)
	genesis.Summary().Current.High.ID.Subnet = fresh
	packages := func(s protocol.SubnetID, _ protocol.RegistryVersion) *protocol.CatchUpPackage {
		require.Equal(t, fresh, s)
		return genesis
	}
	cfg := w.config(4)
	cfg.Packages = packages
	s := stage{m: orchestrator.NewUnassigned(cfg)}
	wake := s.step(protocol.LaneOrchestrator, 60*second, &protocol.RegistryNews{Version: created}).Wake
	out := s.step(protocol.LaneOrchestrator, wake)
	require.Empty(t, out.Sends)
	require.Equal(t, []protocol.Write{orchestrator.Remember(genesis)}, out.Writes)
	require.Contains(t, out.Restart.Why, "assigned to subnet fresh, from the package of height 0")
	d := protocol.NewDisk()
	require.Equal(t, orchestrator.Role{Assigned: true, Subnet: fresh, Package: genesis, Newest: genesis, Version: "v3"},
		orchestrator.Boot(4, d, w.Client(4), 100*second, packages), "so does one that was down")
	require.Equal(t, orchestrator.Stay, orchestrator.WhenToLeave(4, fresh, w.Client(4), genesis, created))

	later := w.Registry.Publish(100*second, func(next *protocol.RegistrySnapshot) {
		record := *next.Nodes[0]
		record.ID = protocol.NodeID(len(next.Nodes))
		next.Nodes = append(next.Nodes, &record)
	})
	added := w.Registry.Publish(100*second, registry.EditSubnet(fresh, func(s *protocol.SubnetRecord) { s.Members = []protocol.NodeID{4, 9} }))
	require.Equal(t, later+1, added)
	cfg.Node, cfg.Registry = 9, w.Client(9)
	s = stage{m: orchestrator.NewUnassigned(cfg)}
	wake = s.step(protocol.LaneOrchestrator, 110*second, &protocol.RegistryNews{Version: added}).Wake
	out = s.step(protocol.LaneOrchestrator, wake)
	require.Len(t, out.Sends, 1)
	require.Empty(t, out.Restart.Why)
}
