package sim

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister"
	"icsim/canister/cdk/candid"
	"icsim/canister/library"
	"icsim/canister/library/script"
	"icsim/canister/library/script/scripttest"
	"icsim/canister/wasm"
	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/messaging"
	"icsim/sim/fault"
	"icsim/sim/variant"
	"icsim/sim/workload"
)

// Programs here are drawn from seeds, and run by interpreters (canister/library) on a network. A client asks for one after the
// other, so that their order is fixed; when they run, and in which rounds, is not.

const perSubnet = 3 // interpreters

// programs is a run on so many subnets.
func programs(t *testing.T, modules *wasm.Cache, subnets, nodes int) *Config {
	t.Helper()
	c := small(nodes, 120*time.Second)
	c.Modules = modules
	c.Subnets[0].DKGIntervalLength = 499 // there is no state sync for nodes that are behind a catch-up package
	module, err := library.Module()
	if err != nil {
		t.Skip(err)
	}
	arg, err := library.Arg("interpreter", nil)
	require.NoError(t, err)
	first := c.Subnets[0]
	c.Subnets = nil
	for i := range subnets {
		first.Name = fmt.Sprintf("app%d", i)
		c.Subnets = append(c.Subnets, first)
		for _, id := range interpreters(i) {
			c.Canisters = append(c.Canisters, Canister{
				Name: id.String(), Subnet: i, ID: id, Module: module, Library: true, Arg: arg, Cycles: protocol.CyclesOf(1e14),
			})
		}
	}
	return c
}

func interpreters(subnet int) (ids []protocol.CanisterID) {
	for i := range perSubnet {
		ids = append(ids, FirstCanister(subnet)+protocol.CanisterID(i))
	}
	return ids
}

// everyone is all interpreters of a configuration.
func (c *Config) everyone() (ids []protocol.CanisterID) {
	for i := range c.Canisters {
		ids = append(ids, c.Canisters[i].ID)
	}
	return ids
}

// ask adds a client that asks the canisters of a subnet for so many programs, and then all canisters for a digest of their memory.
func (c *Config) ask(d scripttest.Draws, subnet int, racy bool, programs int) {
	k := workload.Config{Name: fmt.Sprintf("client %d", len(c.Clients)), Start: time.Second, Stop: c.Duration}
	call := func(subnet int, id protocol.CanisterID, method string, arg ...candid.Value) {
		k.Sequence = append(k.Sequence, workload.Call{Subnet: subnet, Canister: id, Method: method, Arg: candid.Encode(arg...)})
	}
	run := func(id protocol.CanisterID, p script.Program) { call(subnet, id, "run", candid.NewBlob(p)) }
	for _, id := range interpreters(subnet) {
		run(id, scripttest.Prepare())
	}
	scope := scripttest.Scope{Canisters: c.everyone(), Depth: 2, Racy: racy}
	for range programs {
		run(interpreters(subnet)[d(perSubnet)], scope.Program(d))
	}
	for i := range c.Canisters {
		call(c.Canisters[i].Subnet, c.Canisters[i].ID, "state")
	}
	c.Clients = append(c.Clients, k)
}

// A conclusion is what a run came to: what clients were answered, and by subnet what is certified of its canisters; and of each
// canister what does not depend on when things happened. Their memories are in the answers, which end with digests of them. The
// manifests of subnets are not comparable: they have times in them, and balances less what storage and instructions cost, which are
// of prices by the number of nodes and, since Go's runtime sees the time, not quite as many.
type conclusion struct {
	answers   []SequenceResult
	canisters []crypto.Hash
	infos     []canister.Info
}

// conclude runs a configuration in which all calls are answered, and gives its conclusion beside the result.
func conclude(t *testing.T, c *Config) (conclusion, *Result) {
	t.Helper()
	return concludeSeeing(t, c, func(*messaging.State) {})
}

// concludeSeeing shows states of the first node of the first subnet on the way.
func concludeSeeing(t *testing.T, c *Config, see func(*messaging.State)) (conclusion, *Result) {
	t.Helper()
	states := make([]*messaging.StateManager, len(c.Subnets)) // of the subnets' first nodes
	watch := func(cfg *consensus.Config, env *consensus.Env, deployed consensus.Component) consensus.Component {
		if int(cfg.Node) == int(cfg.Subnet)*len(c.Subnets[0].Places) {
			states[cfg.Subnet] = env.States.(*messaging.StateManager)
		}
		if cfg.Node == 0 {
			return seeing{deployed, func() { see(states[0].Latest()) }}
		}
		return deployed
	}
	c.Variants = []variant.Variant{{Apply: variant.Component("finalizer", watch)}}
	r := run(t, c)
	requireChecks(t, r)
	require.Equal(t, r.Ingress.Submitted, r.Ingress.Completed+r.Ingress.Failed, "an answer is missing")
	out := conclusion{answers: r.Sequences}
	for _, s := range out.answers {
		for k := range s.Calls {
			require.NotZero(t, s.Calls[k].Answered, "%s ran out of time", s.Client)
			s.Calls[k].AtSeconds = 0
		}
	}
	for _, s := range states {
		certified, _ := s.Certified()
		out.canisters = append(out.canisters, certified.Canisters().Tree().Digest())
	}
	for i := range c.Canisters {
		info, _ := states[c.Canisters[i].Subnet].Latest().Canisters().(*canister.State).Canister(c.Canisters[i].ID)
		info.Balance = protocol.Cycles{}
		out.infos = append(out.infos, info)
	}
	return out, r
}

// seeing is a component beside which somebody looks.
type seeing struct {
	consensus.Component
	see func()
}

func (s seeing) OnStateChange(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
	s.see()
	return s.Component.OnStateChange(r, now, out)
}

// crashes stops and restarts nodes of every subnet, one after the other.
func crashes(c *Config) {
	for i := range c.Subnets {
		n := len(c.Subnets[i].Places)
		for k := range 3 {
			c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{
				Node: protocol.NodeID(i*n + 1 + k), At: time.Duration(3+8*k) * time.Second, Down: 3 * time.Second,
			})
		}
	}
}

// What canisters answer to a fixed sequence of calls, and what is in them and certified of them in the end, does not depend on how
// many nodes execute it, on blocks and rounds, which are others then, or on nodes that crash (design.md, laws 1 and 4).
func TestProgramsDoNotSeeTheNetwork(t *testing.T) {
	modules, err := wasm.NewCache("")
	require.NoError(t, err)
	sizes := []int{4, 13}
	if testing.Short() {
		sizes = sizes[:1] // 13 take long under the race detector
	}
	for _, subnets := range []int{1, 2} {
		build := func(nodes int) *Config {
			c := programs(t, modules, subnets, nodes)
			c.ask(scripttest.Seeded("programs"), 0, false, 15)
			return c
		}
		want, r := conclude(t, build(1))
		require.Greater(t, r.Ingress.Completed, uint64(10))
		require.NotZero(t, r.Ingress.Failed)
		require.Equal(t, subnets > 1, r.XNet.Calls > 0)
		for _, nodes := range sizes {
			got, _ := conclude(t, build(nodes))
			require.Equal(t, want, got, "%d subnets of %d nodes", subnets, nodes)
			c := build(nodes)
			crashes(c)
			got, _ = conclude(t, c)
			require.Equal(t, want, got, "%d subnets of %d nodes that crash", subnets, nodes)
		}
	}
}

// Several clients at once, whose programs see the time, random bytes and each other: every node that executes them itself comes to
// the same as all that share one execution. The digest covers the state of every round.
func TestProgramsDoNotSeeSharing(t *testing.T) {
	modules, err := wasm.NewCache("")
	require.NoError(t, err)
	build := func() *Config {
		c := programs(t, modules, 2, 4)
		c.Duration = 80 * time.Second
		for i := range 4 {
			c.ask(scripttest.Seeded(fmt.Sprintf("racy %d", i)), i%2, true, 8)
		}
		crashes(c)
		return c
	}
	shared, r := conclude(t, build())
	c := build()
	c.NoShare = true
	alone, s := conclude(t, c)
	require.Equal(t, r.Digest, s.Digest)
	require.Equal(t, shared, alone)
	require.NotZero(t, r.XNet.Calls)
}

// Nor do they see slices: executions cut into many, over many rounds, come to what whole ones do, on a network whose nodes crash.
func TestProgramsDoNotSeeSlices(t *testing.T) {
	modules, err := wasm.NewCache("")
	require.NoError(t, err)
	build := func(nodes int) *Config {
		c := programs(t, modules, 2, nodes)
		c.ask(scripttest.Seeded("sliced"), 0, false, 12)
		return c
	}
	whole, _ := conclude(t, build(1))
	for _, nodes := range []int{1, 4} {
		c := build(nodes)
		c.slices.round, c.slices.slice = 60e6, 100e3
		if nodes > 1 {
			crashes(c)
		}
		paused := map[protocol.Height]bool{} // states with an execution under way
		got, _ := concludeSeeing(t, c, func(s *messaging.State) {
			for _, id := range interpreters(0) {
				if info, _ := s.Canisters().(*canister.State).Canister(id); info.Paused {
					paused[s.Height()] = true
				}
			}
		})
		require.Equal(t, whole, got, "%d nodes", nodes)
		require.Greater(t, len(paused), 20, "executions are to be cut up")
	}
}
