package orchestrator

import (
	"fmt"
	"time"

	"icsim/protocol"
	"icsim/protocol/keys"
)

// Interval is how often the orchestrator looks (reference/protocol.md F).
const Interval = 10 * time.Second

// A Config says whose orchestrator it is.
type Config struct {
	Node     protocol.NodeID
	Registry protocol.RegistryClient
	Packages Packages
	Keys     *keys.Keyring
	Rand     *protocol.Rand // when it looks within Interval, and whom it asks
}

// A common part of what both kinds of nodes do: look at intervals while there is something to follow, and ask for packages.
type looking struct {
	cfg    Config
	phase  protocol.Time
	due    protocol.Time            // Never when there is nothing to follow
	news   protocol.RegistryVersion // the newest that the node is said to have
	serial uint64                   // of the last request
}

func newLooking(cfg Config) looking {
	return looking{cfg: cfg, phase: protocol.Time(cfg.Rand.Below(uint64(Interval))), due: protocol.Never, serial: firstSerial}
}

// firstSerial keeps the orchestrator's requests apart from those of a replica that has lost its disk (package statesync).
const firstSerial = 1 << 32

// News notes that a registry version has come, or may have.
func (l *looking) News(v protocol.RegistryVersion, instant protocol.Time) {
	l.news = max(l.news, v)
	l.due = min(l.due, l.tick(instant))
}

// tick is the next time at which it looks.
func (l *looking) tick(now protocol.Time) protocol.Time {
	const interval = protocol.Time(Interval)
	return (now-l.phase+interval)/interval*interval + l.phase
}

// NextWake is when Step has something to do.
func (l *looking) NextWake() protocol.Time { return l.due }

// ask asks one of some nodes for its newest package.
func (l *looking) ask(members []protocol.NodeID, out *protocol.Outputs) {
	var others []protocol.NodeID
	for _, n := range members {
		if n != l.cfg.Node {
			others = append(others, n)
		}
	}
	if len(others) == 0 {
		return
	}
	i := int(l.cfg.Rand.Below(uint64(len(others))))
	l.serial++
	out.Send(others[i:i+1], &protocol.CUPRequest{Serial: l.serial})
}

// Expects tells whether an answer is one to the last request.
func (l *looking) Expects(m *protocol.CUPReply) bool {
	return l.serial > firstSerial && m.Serial == l.serial
}

// trusts tells whether a package is a subnet's: signed by it with the key that it had then, or what the registry holds for it.
func (l *looking) trusts(cup *protocol.CatchUpPackage, subnet protocol.SubnetID, now protocol.Time) bool {
	latest := l.cfg.Registry.Latest(now)
	if cup.ID() == l.cfg.Packages(subnet, latest).ID() {
		return true
	}
	l.cfg.Keys.Meter.Charge(protocol.OpHashByte, cup.Size())
	if !cup.IsIntact() || cup.Subnet() != subnet || cup.Summary().RegistryVersion < 1 || cup.Summary().RegistryVersion > latest {
		return false
	}
	record := l.cfg.Registry.At(cup.Summary().RegistryVersion).Subnet(subnet)
	return record != nil && l.cfg.Keys.VerifyThreshold(record.PublicKey, cup.Content.Signable(), cup.Signature)
}

// An Assigned orchestrator looks after a running replica.
type Assigned struct {
	looking
	subnet   protocol.SubnetID
	version  protocol.ReplicaVersion
	rotation protocol.Time // when Rotate has something to do; Never: when there is news
}

// NewAssigned makes the orchestrator of a replica of a subnet that runs a version.
func NewAssigned(cfg Config, subnet protocol.SubnetID, version protocol.ReplicaVersion) *Assigned {
	return &Assigned{looking: newLooking(cfg), subnet: subnet, version: version, rotation: protocol.Never}
}

// NextWake is when Step or Rotate has something to do.
func (a *Assigned) NextWake() protocol.Time { return min(a.due, a.rotation) }

// Step looks when it is time to. cup is the replica's newest package. That of the registry is higher when the subnet is recovered.
func (a *Assigned) Step(in *protocol.Input, cup *protocol.CatchUpPackage, out *protocol.Outputs) {
	if in.Instant < a.due {
		return
	}
	latest := a.cfg.Registry.Latest(in.Now)
	held := a.cfg.Packages.above(cup, latest)
	recovered := held != nil
	if recovered {
		cup = held
	}
	if record := a.cfg.Registry.At(latest).Subnet(a.subnet); !a.carryOut(cup, latest, recovered, out) && a.mayMiss(record) {
		a.ask(record.Members, out)
	}
	a.due = protocol.Never
	if a.Unsettled(cup, in.Now) {
		a.due = a.tick(in.Instant)
	}
}

// carryOut leaves the subnet, or goes on in another version or after a recovery, if that is what a package means for the node
// (rs/orchestrator/src/upgrade.rs, check; a replica does not take an unsigned package while it runs: stop_replica_if_new_recovery_cup).
func (a *Assigned) carryOut(
	cup *protocol.CatchUpPackage, latest protocol.RegistryVersion, recovered bool, out *protocol.Outputs,
) bool {
	switch want := demanded(a.cfg.Registry, a.subnet, cup); {
	case WhenToLeave(a.cfg.Node, a.subnet, a.cfg.Registry, cup, latest) == Now:
		name := a.cfg.Registry.At(latest).Subnet(a.subnet).Name
		out.Writes = append(out.Writes, protocol.Forget()...)
		out.Restart = protocol.Restart{Why: fmt.Sprintf("removed from subnet %s", name), Takes: protocol.OpReassign}
	case want != a.version:
		out.Writes = append(out.Writes, Remember(cup))
		out.Restart = protocol.Restart{Why: fmt.Sprintf("upgrade to %s", want), Takes: protocol.OpUpgrade}
	case recovered:
		out.Writes = append(out.Writes, Remember(cup))
		out.Restart = protocol.Restart{
			Why: fmt.Sprintf("the registry's package of height %d recovers the subnet", cup.Height()), Takes: protocol.OpRestart,
		}
	default:
		return false
	}
	return true
}

// mayMiss tells whether the node's peers may have a package that it needs and does not hear of by itself: its subnet goes on in a version
// that it cannot read, or keeps no connections with it any more.
func (a *Assigned) mayMiss(record *protocol.SubnetRecord) bool {
	return record.ReplicaVersion != a.version || !record.Has(a.cfg.Node)
}

// Unsettled tells whether a registry version is known that the newest package has not put into force in all that it says.
func (a *Assigned) Unsettled(cup *protocol.CatchUpPackage, now protocol.Time) bool {
	return cup.Summary().OldestVersion() < max(a.cfg.Registry.Latest(now), a.news)
}

// Reply takes a peer's package, for what it means for the node. What else it is good for the replica finds out by itself.
func (a *Assigned) Reply(m *protocol.CUPReply, in *protocol.Input, own *protocol.CatchUpPackage, out *protocol.Outputs) {
	if a.Expects(m) && m.CUP.Height() > own.Height() && a.trusts(m.CUP, a.subnet, in.Now) {
		a.carryOut(m.CUP, a.cfg.Registry.Latest(in.Now), false, out)
	}
}
