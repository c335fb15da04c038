package sim

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/protocol/dkg"
	"icsim/protocol/messaging"
	"icsim/protocol/orchestrator"
	"icsim/protocol/registry"
	"icsim/protocol/replay"
	"icsim/sim/check"
)

// A Recovery is what an operator does for a subnet that cannot go on: take the newest state of a node that is left, have the registry make
// it the beginning of the subnet's new life, and bring it to a node that the others fetch it from (rs/recovery of dfinity/ic). Members that
// are lost may be replaced at the same time (Change.Add, Change.Remove). The subnet is halted before, and started again after, by changes
// of their own.
//
// Model: what the operator does takes no time, but for the keys: reading a disk, replaying, uploading. Proposals pass at once.
type Recovery struct {
	From   protocol.NodeID     // whose state it is
	Upload protocol.NodeID     // gets the state
	State  *protocol.StateHash // that the proposal names, if not the one of the state
}

// A recovery is one under way, or over.
type recovery struct {
	change   *Change
	from     protocol.NodeID
	upload   protocol.NodeID
	state    *messaging.State // that the subnet goes on from; nil: none was to be had
	kept     protocol.Height  // of the subnet's own
	rounds   []*protocol.RoundSummary
	in, out  protocol.Cycles // that came and went with canisters, when it was split
	fresh    bool            // the subnet had nothing of its own
	contents dkg.Contents
	asked    *protocol.SetupInitialDKG
	answered bool
	failed   string // why there is none; empty: it is under way, or done
	done     protocol.Time
	given    check.GivenUp
}

// recover begins what a change says. What stands in its way is told, and the subnet stays as it is.
func (s *simulation) recover(t protocol.Time, c *Change) {
	sub, name := s.subnets[c.Subnet], s.config.Subnets[c.Subnet].Name
	r := &recovery{change: c, from: c.Recover.From, upload: c.Recover.Upload}
	sub.recoveries = append(sub.recoveries, r)
	if err := s.take(t, r); err != nil {
		r.failed = err.Error()
		s.watch.happened(t, fmt.Sprintf("%s is not recovered: %s", name, r.failed))
		return
	}
	s.watch.happened(t, fmt.Sprintf("registry version %d: %s is to be recovered from the state of height %d of %s: %s is asked for keys",
		s.registry.Latest().Version, name, r.kept, r.from, s.rootName()))
	s.announce(t)
}

// take replays a node's disk, and has the registry ask for keys.
func (s *simulation) take(t protocol.Time, r *recovery) error {
	c := r.change
	replayed, err := s.newest(r.from, c.Subnet)
	if err != nil {
		return fmt.Errorf("from %s: %w", r.from, err)
	}
	r.state, r.kept, r.rounds = replayed.State, replayed.State.Height(), replayed.Rounds
	return s.ask(t, r, c.Subnet, c.Add, c.Remove)
}

// ask has the registry ask for keys, for a subnet that goes on from a state.
func (s *simulation) ask(t protocol.Time, r *recovery, subnet int, add, remove []protocol.NodeID) error {
	root, _ := r.state.Manifest()
	if named := r.change.Recover; named != nil && named.State != nil {
		root = *named.State
	}
	id := protocol.SubnetID(subnet)
	held := s.registryPackage(id, s.registry.Latest().Version)
	r.contents = dkg.Contents{Height: replay.Height(max(r.state.Height(), r.kept, held.Height())), Time: t, State: root}
	ask, err := s.registry.RequestRecovery(id, add, remove)
	if err != nil {
		return err
	}
	s.registry.Publish(t, ask)
	setups := s.registry.Latest().Setups
	r.asked = setups[len(setups)-1]
	return nil
}

// newest gives the newest state of a node that ran a subnet's replica last, from its disk.
func (s *simulation) newest(n protocol.NodeID, subnet int) (r *replay.Replay, err error) {
	host, sub := s.hosts[n], s.subnets[subnet]
	if host.Machine() == nil {
		return nil, errors.New("the node is down")
	}
	now := host.Now(protocol.Time(s.now()))
	client := s.registry.Client(n, s.phases[n])
	role := orchestrator.Boot(n, host.Disk(), client, now, s.registryPackage)
	if !role.Assigned || role.Subnet != sub.id {
		return nil, errors.New("it has no state of the subnet")
	}
	lies := host.Try(func() {
		r, err = replay.Run(replay.Config{
			Node: n, Subnet: sub.id, Version: role.Version, Registry: client, Package: s.ranFrom(host.Disk(), &role), State: sub.state,
			Processor: sub.processor, Disk: host.Disk(),
		})
	})
	if lies != "" {
		return nil, errors.New(lies)
	}
	return r, err
}

// ranFrom is the package that a node's pool goes on from: not that of a recovery whose state it could not get.
func (s *simulation) ranFrom(disk *protocol.Disk, role *orchestrator.Role) *protocol.CatchUpPackage {
	package_, newest := s.subnets[role.Subnet].genesis(), protocol.Height(0)
	for _, v := range disk.Load(protocol.DiskCheckpoint) {
		newest = max(newest, v.(interface{ Height() protocol.Height }).Height())
	}
	for _, held := range s.subnets[role.Subnet].packages {
		if held.Height() <= newest {
			package_ = held
		}
	}
	return package_
}

// recovered has the registry do what the answer allows. Nodes learn of the subnet's new package at their polls.
func (s *simulation) recovered(t protocol.Time, i int) {
	sub, name := s.subnets[i], s.config.Subnets[i].Name
	r := sub.recoveries[len(sub.recoveries)-1]
	if why := s.putRecovered(t, sub, r); why != "" {
		r.failed = why
		v := s.registry.Publish(t, registry.DropRequest(r.asked))
		s.watch.happened(t, fmt.Sprintf("registry version %d: %s is not recovered: %s", v, name, why))
		s.announce(t)
		return
	}
	record := s.registry.Latest().Subnets[i]
	r.done = t
	w := s.watch.subnets[i]
	r.given = s.watch.checks.Recover(check.Recovery{
		Subnet: sub.id, At: t, Kept: r.kept, Height: r.contents.Height, Key: record.PublicKey, Rounds: r.rounds,
		Cycles: r.state.Cycles(), Time: r.state.Time(), In: r.in, Out: r.out, Fresh: r.fresh,
	})
	w.recover(r.contents.Height)
	w.quorum = len(record.Members)/2 + 1
	for _, round := range r.rounds {
		if round.Height > w.executed {
			w.executed = round.Height
			s.watch.xnet.fold(round, t)
		}
	}
	s.watch.happened(t, fmt.Sprintf("registry version %d: %s is recovered at height %d, from the state of height %d of %s; %s",
		s.registry.Latest().Version, name, r.contents.Height, r.state.Height(), r.from, r.given))
	s.uploaded(t, r.upload, r)
	s.announce(t)
}

// putRecovered puts the subnet's new record and package into the registry, or says why not.
func (s *simulation) putRecovered(t protocol.Time, sub *subnetWorld, r *recovery) (why string) {
	if why = sub.answer.Reject; why != "" {
		return why
	}
	change, err := s.registry.RecoverSubnet(r.asked, sub.answer.Keys.High.Group.Key)
	if err != nil {
		return err.Error()
	}
	s.registry.Publish(t, change)
	sub.packages = append(sub.packages, dkg.Package(sub.id, s.registry.Latest(), sub.answer.Keys, r.contents))
	return ""
}

// uploaded has the state on a node's disk, and its replica start again (rs/recovery, UploadStateAndRestartStep).
func (s *simulation) uploaded(t protocol.Time, n protocol.NodeID, r *recovery) {
	state, host := r.state, s.hosts[n]
	what := fmt.Sprintf("the state of height %d is uploaded", state.Height())
	if host.Machine() != nil {
		s.restart(t, n, protocol.Restart{Why: what, Takes: protocol.OpRestart})
	} else {
		s.watch.happened(t, fmt.Sprintf("%s is down: %s", n, what))
	}
	host.Disk().Apply([]protocol.Write{{
		Key: protocol.DiskKey{Space: protocol.DiskCheckpoint, Height: state.Height()}, Value: state, Bytes: int(state.Files().Size()),
	}})
}

// recoveries are the changes by which a subnet is recovered, or by which it goes on when one is split.
func (s *simulation) recoveries(subnet int) (all []*Change) {
	for i := range s.config.Changes {
		c := &s.config.Changes[i]
		if c.Recover != nil && c.Subnet == subnet || c.Split != nil && (c.Subnet == subnet || c.Split.To == subnet) {
			all = append(all, c)
		}
	}
	return all
}

// recovering is the subnet's last recovery if it is under way, else nil.
func (s *subnetWorld) recovering() *recovery {
	if n := len(s.recoveries); n > 0 && s.recoveries[n-1].asked != nil {
		return s.recoveries[n-1]
	}
	return nil
}

// lastRecovery is when the registry was told of the last one.
func (s *subnetWorld) lastRecovery() (at time.Duration) {
	for _, r := range s.recoveries {
		at = max(at, time.Duration(r.done))
	}
	return at
}

// tryRecovery is all of a recovery's changes of the registry at once, to see whether they can be.
func (s *simulation) tryRecovery(to *registry.Registry, c *Change) (registry.Mutation, error) {
	id := protocol.SubnetID(c.Subnet)
	if record := to.Latest().Subnet(id); record != nil && !record.Halted {
		return nil, fmt.Errorf("subnet %s is not halted; an operator halts it before it takes a node's state", id)
	}
	if from := c.Recover.From; !slices.Contains(s.everOf(c.Subnet), from) {
		return nil, fmt.Errorf("node %s never has a state of subnet %s", from, id)
	}
	if _, err := to.RequestRecovery(id, c.Add, c.Remove); err != nil {
		return nil, err
	}
	if n := c.Recover.Upload; !slices.Contains(c.Add, n) && (!to.Latest().Subnet(id).Has(n) || slices.Contains(c.Remove, n)) {
		return nil, fmt.Errorf("node %s, which is to get the state, will be no member of subnet %s", n, id)
	}
	return to.ChangeMembership(id, c.Add, c.Remove)
}

// aim is what the check of a subnet's recovery is called.
func (c *Change) aim(subnet string) string {
	if c.Split != nil {
		return "split of " + subnet
	}
	return "recovery of " + subnet
}

// judgeRecoveries gives a check for each recovery.
func (s *simulation) judgeRecoveries() (out []check.Outcome) {
	for i := range s.config.Subnets {
		tried := s.subnets[i].recoveries
		for k, change := range s.recoveries(i) {
			c := check.Outcome{Name: change.aim(s.config.Subnets[i].Name), Kind: check.Expect}
			switch {
			case k >= len(tried):
				c.Detail = "the run ended before"
			case tried[k].failed != "":
				c.Detail = tried[k].failed
			case tried[k].done == 0:
				c.Detail = "the run ended before there were keys"
			default:
				c.OK = true
			}
			out = append(out, c)
		}
	}
	return out
}
