package sim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"icsim/crypto/chainkey"
	"icsim/protocol"
	"icsim/protocol/orchestrator"
	"icsim/protocol/registry"
	"icsim/sim/check"
)

// Spares are nodes that no subnet has at genesis. They get the NodeIDs after those of all subnets.
type Spares struct {
	Places           []int // by node, as in a Subnet
	Uplink, Downlink int64
}

// A Change is a new registry version, as a proposal that is carried out makes it. What is zero or nil stays as it is.
type Change struct {
	At          time.Duration // later than nothing
	Subnet      int
	Add, Remove []protocol.NodeID
	UnitDelay   time.Duration
	NotaryDelay *time.Duration
	DKGInterval int
	Halt        *bool // at once, and on again (is_halted)
	Upgrade     protocol.ReplicaVersion
	Migration   Migration
	Reshare     Reshare // of chain keys to Subnet
	// EnableSigning and DisableSigning are keys that Subnet holds (chain_key_signing_enable, chain_key_signing_disable).
	EnableSigning, DisableSigning []chainkey.KeyID

	Create    bool // Subnet, of the nodes in Add: the root subnet is asked for its keys, and when it has them there is a subnet more
	Recover   *Recovery
	Split     *Split
	HaltAtCUP bool // at the next catch-up package but one
}

func (c *Change) String() string {
	var words []string
	say := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	switch {
	case c.Create:
		say("to be created of %s", nodeList(c.Add))
	case c.Recover != nil:
		say("recover from %s", c.Recover.From)
		fallthrough
	case len(c.Add) > 0:
		say("add %s", nodeList(c.Add))
	}
	if len(c.Remove) > 0 {
		say("remove %s", nodeList(c.Remove))
	}
	if c.UnitDelay > 0 {
		say("unit delay %v", c.UnitDelay)
	}
	if c.NotaryDelay != nil {
		say("notary delay %v", *c.NotaryDelay)
	}
	if c.DKGInterval > 0 {
		say("DKG interval %d", c.DKGInterval)
	}
	if c.Halt != nil && *c.Halt {
		say("halt")
	} else if c.Halt != nil {
		say("unhalt")
	}
	if c.HaltAtCUP {
		say("halt at the catch-up package")
	}
	if c.Split != nil {
		say("%s", c.Split.What)
	}
	if c.Upgrade != "" {
		say("upgrade to %s", c.Upgrade)
	}
	if c.Migration.Step != 0 {
		say("%s", c.Migration.What)
	}
	if len(c.Reshare.Keys) > 0 {
		say("have %s reshared", keyList(c.Reshare.Keys))
	}
	if len(c.EnableSigning) > 0 {
		say("sign with %s", keyList(c.EnableSigning))
	}
	if len(c.DisableSigning) > 0 {
		say("no longer sign with %s", keyList(c.DisableSigning))
	}
	return strings.Join(words, ", ")
}

func keyList(keys []chainkey.KeyID) string {
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i] = k.String()
	}
	return strings.Join(words, ", ")
}

func nodeList(nodes []protocol.NodeID) string {
	words := make([]string, len(nodes))
	for i, n := range nodes {
		words[i] = n.String()
	}
	return strings.Join(words, ",")
}

// publish appends a change to a registry, or says why the registry canister would refuse it.
func (s *simulation) publish(to *registry.Registry, c *Change) error {
	if c.Subnet < 0 || c.Subnet >= len(s.subnets) {
		return fmt.Errorf("there is no subnet %d", c.Subnet)
	}
	id := protocol.SubnetID(c.Subnet)
	change := func() (registry.Mutation, error) { return to.ChangeMembership(id, c.Add, c.Remove) }
	switch {
	case c.Create:
		change = func() (registry.Mutation, error) { return to.RequestSubnet(id, c.Add) }
	case c.Split != nil:
		change = func() (registry.Mutation, error) { return s.trySplit(to, c) }
	case c.Recover != nil:
		change = func() (registry.Mutation, error) { return s.tryRecovery(to, c) }
	case c.Migration.Step != 0:
		change = func() (registry.Mutation, error) { return s.migrate(to, c) }
	}
	members, err := change()
	for _, n := range c.Add {
		if err == nil {
			err = registry.VerifyNode(s.scheme, s.generation, to.Latest().Node(n))
		}
	}
	if err != nil {
		return err
	}
	to.Publish(protocol.Time(c.At), func(next *protocol.RegistrySnapshot) {
		if members(next); c.Create {
			return
		}
		registry.EditSubnet(id, c.edit)(next)
	})
	return nil
}

// edit changes what a subnet's record says beside its members.
func (c *Change) edit(r *protocol.SubnetRecord) {
	if c.UnitDelay > 0 {
		r.Timing.UnitDelay = c.UnitDelay
	}
	if c.NotaryDelay != nil {
		r.Timing.InitialNotaryDelay = *c.NotaryDelay
	}
	if c.DKGInterval > 0 {
		r.DKGIntervalLength = protocol.Height(c.DKGInterval)
	}
	if c.Halt != nil {
		r.Halted = *c.Halt
	}
	if c.HaltAtCUP {
		r.HaltAtCUPHeight = true
	}
	if c.Upgrade != "" {
		r.ReplicaVersion = c.Upgrade
	}
}

// checkChanges tries all changes on a registry of its own.
func (s *simulation) checkChanges() error {
	trial, last := registry.New(*s.registry.Latest()), time.Duration(0)
	var errs []error
	for i := range s.config.Changes {
		c := &s.config.Changes[i]
		err := error(nil)
		if c.At <= 0 || c.At < last {
			err = fmt.Errorf("it is to happen after the start, and not before the one before it")
		} else {
			last, err = c.At, s.try(trial, c)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("change %d of the registry, at %s: %w", i+1, c.At, err))
		}
	}
	return errors.Join(errs...)
}

// foundSpares makes the keys of the nodes that belong to no subnet yet.
func (s *simulation) foundSpares(snapshot *protocol.RegistrySnapshot) {
	for range s.config.Spares.Places {
		record, secrets := s.nodeKeys(s.subnets[0], protocol.NodeID(len(snapshot.Nodes)))
		snapshot.Nodes = append(snapshot.Nodes, record)
		s.secrets, s.homes = append(s.secrets, secrets), append(s.homes, 0)
	}
}

// A membership is what the simulation knows of the nodes' subnets while it lasts.
type membership struct {
	of      []int  // by node: whose replica it runs or last ran, as an index of subnets; unassigned
	serving []bool // by node: it has had a certified state since it became its subnet's
	routes  []route
}

const unassigned = -1

// A route is the nodes that requests for a subnet go to.
type route struct {
	version protocol.RegistryVersion
	known   int // of serving, when the list was made
	nodes   []protocol.NodeID
}

func (s *simulation) newMembership() {
	for i, sub := range s.subnets {
		for range sub.nodes {
			s.members.of, s.members.serving = append(s.members.of, i), append(s.members.serving, true)
		}
	}
	for range s.config.Spares.Places {
		s.members.of, s.members.serving = append(s.members.of, unassigned), append(s.members.serving, false)
	}
	s.members.routes = make([]route, len(s.subnets))
}

// subnetOf gives the subnet whose replica a node runs; nil if it is none's.
func (s *simulation) subnetOf(n protocol.NodeID) *subnetWorld {
	if int(n) < len(s.members.of) && s.members.of[n] != unassigned {
		return s.subnets[s.members.of[n]]
	}
	return nil
}

// homeOf gives the subnet whose replica a node runs, or else the first that it belongs to some time; nil: none.
func (s *simulation) homeOf(n protocol.NodeID) *subnetWorld {
	if sub := s.subnetOf(n); sub != nil {
		return sub
	}
	for i, sub := range s.subnets {
		if slices.Contains(s.everOf(i), n) {
			return sub
		}
	}
	return nil
}

// servingNodes are the members that a subnet's users reach, by the newest registry version.
//
// Model: API boundary nodes poll the registry; here their view of it is always fresh. A node that was added is among them from its first
// certified state on. Who of them is well they find out (package health).
func (s *simulation) servingNodes(subnet int) []protocol.NodeID {
	snapshot := s.registry.Latest()
	if !s.exists(subnet) {
		return nil
	}
	members, r := snapshot.Subnets[subnet].Members, &s.members.routes[subnet]
	known := 0
	for _, n := range members {
		if s.members.serving[n] {
			known++
		}
	}
	switch {
	case known == len(members) || known == 0:
		return members
	case r.version != snapshot.Version || r.known != known:
		*r = route{version: snapshot.Version, known: known}
		for _, n := range members {
			if s.members.serving[n] {
				r.nodes = append(r.nodes, n)
			}
		}
	}
	return r.nodes
}

// serves tells whether a boundary node sends requests to a node.
func (s *simulation) serves(n protocol.NodeID) bool { return s.members.serving[n] }

// become notes what a node starts as.
func (s *simulation) become(t protocol.Time, n protocol.NodeID, role *orchestrator.Role) {
	before, now := s.members.of[n], unassigned
	if role.Assigned {
		now = int(role.Subnet)
	}
	s.members.of[n] = now
	if now != before {
		s.members.serving[n] = false
	}
	if now == unassigned {
		s.watch.checks.Leave(n)
		return
	}
	s.joined(&check.Joining{Node: n, Subnet: role.Subnet, At: t, Version: role.Version, Height: role.Newest.Height()})
}

// published lets a change happen: the registry has a version more, which each node learns of at its polls.
func (s *simulation) published(t protocol.Time, c *Change) {
	name := s.config.Subnets[c.Subnet].Name
	switch {
	case c.Recover != nil:
		s.recover(t, c)
		return
	case c.Split != nil:
		s.split(t, c)
		return
	}
	switch err := s.enact(s.registry, c); {
	case err != nil && c.isOfKeys(): // one has not come yet
		s.refuse(c, err)
		s.watch.happened(t, fmt.Sprintf("%s: is not to %s: %v", name, c, err))
		return
	case err != nil && c.Create: // one that was asked for before could not be created
		s.watch.happened(t, fmt.Sprintf("%s is not created: %v", name, err))
		return
	case err != nil:
		panic(fmt.Sprintf("sim: a change of the registry that was tried before: %v", err))
	}
	latest := s.registry.Latest()
	s.watch.happened(t, fmt.Sprintf("registry version %d: %s: %s%s", latest.Version, name, c, s.whoReshares(c)))
	if !c.Create {
		s.watch.subnets[c.Subnet].quorum = len(latest.Subnets[c.Subnet].Members)/2 + 1
	}
	s.announce(t)
}

// announce lets each node learn of the newest version at its polls.
func (s *simulation) announce(t protocol.Time) {
	latest := s.registry.Latest()
	for n := range s.secrets {
		_, seen := s.phases[n].Learns(t)
		s.schedule(s.registrySource(), protocol.NodeID(n), max(seen, t+1), occurrence{
			what: registrySeen, lane: protocol.LaneOrchestrator, subject: &protocol.RegistryNews{Version: latest.Version},
		})
	}
}

// lastChange is when a node's membership changed last, by the changes of the configuration; false: never.
func (s *simulation) lastChange(n protocol.NodeID) (at time.Duration, removed, ok bool) {
	for i := range s.config.Changes {
		c := &s.config.Changes[i]
		if slices.Contains(c.Add, n) {
			at, removed, ok = c.At, false, true
			if c.Create {
				at = max(at, time.Duration(s.subnets[c.Subnet].since))
			}
			if c.Recover != nil {
				at = max(at, s.subnets[c.Subnet].lastRecovery())
			}
		}
		if slices.Contains(c.Remove, n) {
			at, removed, ok = c.At, true, true
		}
	}
	return at, removed, ok
}

// everOf are the nodes that a subnet has at genesis, and those that changes add.
func (s *simulation) everOf(subnet int) []protocol.NodeID {
	all := slices.Clone(s.subnets[subnet].nodes)
	for i := range s.config.Changes {
		if c := &s.config.Changes[i]; c.Subnet == subnet {
			all = append(all, c.Add...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
