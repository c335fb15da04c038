package orchestrator

import (
	"fmt"

	"icsim/protocol"
)

// An Unassigned node runs no replica.
type Unassigned struct {
	looking
	started bool
}

// NewUnassigned makes the machine of a node without a subnet.
func NewUnassigned(cfg Config) *Unassigned { return &Unassigned{looking: newLooking(cfg)} }

var _ protocol.Machine = (*Unassigned)(nil)

// Step waits for an assignment, and then for a package. Whatever else comes is for a replica that is not there.
func (u *Unassigned) Step(in *protocol.Input, out *protocol.Outputs) {
	u.cfg.Keys.Meter = &out.Meter
	if in.Lane == protocol.LaneConsensus && !u.started { // the first lane that a node starts with
		u.started = true
		out.Peers = []protocol.NodeID{}
		if _, assigned := u.assignment(in.Now); assigned {
			out.Local(&protocol.RegistryNews{Version: u.cfg.Registry.Latest(in.Now)})
		}
	}
	for i := range in.Arrivals {
		switch m := in.Arrivals[i].Msg.(type) {
		case *protocol.RegistryNews:
			u.News(m.Version, in.Instant)
		case *protocol.CUPReply:
			out.Meter.Charge(protocol.OpReceive, 1)
			u.reply(m, in, out)
		}
	}
	if in.Lane == protocol.LaneOrchestrator {
		u.look(in, out)
		out.Wake = u.NextWake()
	}
}

func (u *Unassigned) assignment(now protocol.Time) (protocol.SubnetID, bool) {
	return u.cfg.Registry.At(u.cfg.Registry.Latest(now)).Assigned(u.cfg.Node)
}

// look starts the node if the subnet that it is assigned to begins with it, and else asks a member, if there is such a subnet.
func (u *Unassigned) look(in *protocol.Input, out *protocol.Outputs) {
	if in.Instant < u.due {
		return
	}
	u.due = protocol.Never
	latest := u.cfg.Registry.Latest(in.Now)
	subnet, assigned := u.assignment(in.Now)
	if assigned {
		if cup := u.cfg.Packages(subnet, latest); begins(u.cfg.Node, subnet, u.cfg.Registry, cup, latest) {
			u.begin(cup, in.Now, out)
			return
		}
		u.ask(u.cfg.Registry.At(latest).Subnet(subnet).Members, out)
	}
	if assigned || latest < u.news {
		u.due = u.tick(in.Instant)
	}
}

// reply starts the node from a member's package.
func (u *Unassigned) reply(m *protocol.CUPReply, in *protocol.Input, out *protocol.Outputs) {
	subnet, assigned := u.assignment(in.Now)
	if !assigned || !u.Expects(m) || !u.trusts(m.CUP, subnet, in.Now) {
		return
	}
	u.begin(m.CUP, in.Now, out)
}

// begin starts the node again, as a replica from a package.
func (u *Unassigned) begin(cup *protocol.CatchUpPackage, now protocol.Time, out *protocol.Outputs) {
	name := u.cfg.Registry.At(u.cfg.Registry.Latest(now)).Subnet(cup.Subnet()).Name
	out.Writes = append(out.Writes, Remember(cup))
	out.Restart = protocol.Restart{
		Why: fmt.Sprintf("assigned to subnet %s, from the package of height %d", name, cup.Height()), Takes: protocol.OpReassign,
	}
}
