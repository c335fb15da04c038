package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/fault"
	"icsim/sim/network"
)

func parsed(t *testing.T, text string) *Spec {
	t.Helper()
	s, err := Parse("test.yaml", []byte(text))
	require.NoError(t, err)
	return s
}

// small is the least scenario, with more sections appended.
const small = "name: small\nduration: 1m\nsubnets:\n  - { name: app, nodes: 4 }\n  - { name: other, nodes: 3 }\n"

// Defaults are those of reference/protocol.md A.6.
func TestDefaultsAreThoseOfMainnet(t *testing.T) {
	s := parsed(t, "name: d\nduration: 1m\nsubnets:\n"+
		"  - { name: small, nodes: 13 }\n  - { name: large, nodes: 14 }\n  - { name: nns, type: system, nodes: 7 }\n")
	c, err := s.Compile(9)
	require.NoError(t, err)
	require.Equal(t, uint64(9), c.Seed)
	require.Equal(t, "bls", c.Crypto)
	require.Equal(t, sim.DefaultGenesis, c.Genesis)
	require.Equal(t, check.DefaultBounds(), c.Bounds)
	require.Equal(t, network.DataCentres(), c.Paths)
	for i, want := range []struct {
		unit    time.Duration
		ingress int
	}{{time.Second, 2 << 20}, {3 * time.Second, 7 << 19}, {3 * time.Second, 7 << 19}} {
		got := c.Subnets[i]
		require.Equal(t, want.unit, got.UnitDelay, got.Name)
		require.Equal(t, want.ingress, got.MaxIngressBytes, got.Name)
		require.Equal(t, 300*time.Millisecond, got.InitialNotaryDelay)
		require.Equal(t, 499, got.DKGIntervalLength)
		require.Equal(t, 1000, got.MaxIngressMessages)
		require.Equal(t, 4<<20, got.MaxBlockIngress)
		require.Equal(t, 4<<20, got.MaxBlockPayload)
	}
}

func TestNodesSpreadOverTheWorldStandApart(t *testing.T) {
	const subnets = "subnets: [{ name: a, nodes: 43 }, { name: b, nodes: 13 }, { name: c, nodes: 13 }]\n"
	c, err := parsed(t, "name: d\nduration: 1m\n"+subnets).Compile(1)
	require.NoError(t, err)
	for _, s := range c.Subnets {
		seen := map[int]bool{}
		for _, place := range s.Places {
			require.False(t, seen[place], "two nodes of %s at place %d", s.Name, place)
			seen[place] = true
		}
	}
	for i := range c.Subnets[1].Places {
		require.NotEqual(t, c.Subnets[1].Places[i], c.Subnets[2].Places[i], "subnets share no data centres")
	}
}

func TestNamedPlacesTakeTurns(t *testing.T) {
	s := parsed(t, "name: d\nduration: 1m\nsubnets: [{ name: a, nodes: 3, places: [Zurich, New York] }]\n")
	c, err := s.Compile(1)
	require.NoError(t, err)
	zurich, _ := network.PlaceIndex("Zurich")
	york, _ := network.PlaceIndex("New York")
	require.Equal(t, []int{zurich, york, zurich}, c.Subnets[0].Places)
}

func ids(n ...protocol.NodeID) []protocol.NodeID { return n }

// Each fault of the language becomes what sim/fault means by it.
func TestFaultsReachTheirNodes(t *testing.T) {
	plan := func(line string) fault.Plan {
		c, err := parsed(t, small+"faults:\n  - "+line+"\n").Compile(1)
		require.NoError(t, err)
		_, err = c.Faults.Compile(7)
		require.NoError(t, err, line)
		return c.Faults
	}
	const s = time.Second
	require.Equal(t, fault.Plan{Crashes: []fault.Crash{{Node: 2, At: s, Down: 2 * s, LoseDisk: true}}},
		plan("{ crash: app/2, at: 1s, restart_after: 2s, lose_disk: true }"))
	require.Equal(t, fault.Plan{Pauses: []fault.Pause{{Node: 4, At: s, For: s}, {Node: 5, At: s, For: s}}},
		plan("{ pause: other/0..1, at: 1s, for: 1s }"))
	require.Equal(t, fault.Plan{Partitions: []fault.Partition{{Groups: [][]protocol.NodeID{ids(0, 1), ids(2, 4, 5, 6)}, At: s, OneWay: true}}},
		plan("{ partition: [[app/0, app/1], [app/2, other]], at: 1s, one_way: true }"))
	rest := ids(1, 2, 3, 4, 5, 6)
	require.Equal(t, fault.Plan{Partitions: []fault.Partition{{Groups: [][]protocol.NodeID{ids(0), rest}, At: s, For: s}}},
		plan("{ cut: app/0, at: 1s, for: 1s }"))
	require.Equal(t, fault.Plan{Partitions: []fault.Partition{{Groups: [][]protocol.NodeID{ids(0), rest}, At: s, OneWay: true}}},
		plan("{ cut: app/0, at: 1s, direction: out }"))
	require.Equal(t, fault.Plan{Partitions: []fault.Partition{{Groups: [][]protocol.NodeID{rest, ids(0)}, At: s, OneWay: true}}},
		plan("{ cut: app/0, at: 1s, direction: in }"))
	require.Equal(t, fault.Plan{Bandwidths: []fault.Bandwidth{{Node: 6, Uplink: 5_000_000, At: s}}},
		plan("{ bandwidth: other/2, up: 5Mbit, at: 1s }"))
	require.Equal(t, fault.Plan{Jumps: []fault.ClockJump{{Node: 0, At: s, By: -2 * s}}},
		plan("{ clock_jump: app/0, at: 1s, by: -2s }"))
	require.Equal(t, fault.Plan{Drifts: []fault.ClockDrift{{Node: 0, At: s, PartsPerBillion: -100_000}}},
		plan("{ clock_drift: app/0, at: 1s, by: -100ppm }"))
	require.Equal(t, fault.Plan{SlowCPUs: []fault.SlowCPU{{Node: 0, At: s, Num: 3, Den: 2}}},
		plan("{ slow_cpu: app/0, at: 1s, factor: 1.5x }"))
}

// A link fault worsens each ordered pair of nodes once: what is added twice would be twice as bad.
func TestLinkFaultsHitEachPairOnce(t *testing.T) {
	for line, want := range map[string]func(from, to protocol.NodeID) bool{
		"link: all":                              func(_, _ protocol.NodeID) bool { return true },
		"link: app/0":                            func(from, to protocol.NodeID) bool { return from == 0 || to == 0 },
		"link: app/0, one_way: true":             func(from, _ protocol.NodeID) bool { return from == 0 },
		"link: app/0..1, to: app/1..2":           func(from, to protocol.NodeID) bool { return from <= 1 && to-1 <= 1 || to <= 1 && from-1 <= 1 },
		"link: app, to: other":                   func(from, to protocol.NodeID) bool { return (from < 4) != (to < 4) },
		"link: app/0, to: app/1, one_way: true":  func(from, to protocol.NodeID) bool { return from == 0 && to == 1 },
		"link: [app/0, app/3], to: [app, other]": func(from, to protocol.NodeID) bool { return from%3 == 0 && from < 4 || to%3 == 0 && to < 4 },
	} {
		c, err := parsed(t, small+"faults: [{ "+line+", at: 1s, delay: 10ms }]\n").Compile(1)
		require.NoError(t, err)
		actions, err := c.Faults.Compile(7)
		require.NoError(t, err)
		hits := map[[2]protocol.NodeID]int{}
		for _, a := range actions {
			for _, from := range a.From {
				for _, to := range a.To {
					hits[[2]protocol.NodeID{from, to}]++
				}
			}
		}
		for from := range protocol.NodeID(7) {
			for to := range protocol.NodeID(7) {
				if from != to {
					n := hits[[2]protocol.NodeID{from, to}]
					require.Equal(t, want(from, to), n == 1, "%s: %d to %d is hit %d times", line, from, to, n)
				}
			}
		}
	}
}

func TestAttackersAreEachAssigned(t *testing.T) {
	c, err := parsed(t, small+"attackers: [{ nodes: [other/2, app/0..1], strategies: [silent, equivocate] }]\n").Compile(1)
	require.NoError(t, err)
	both := []string{"silent", "equivocate"}
	want := []adversary.Assignment{{Node: 0, Strategies: both}, {Node: 1, Strategies: both}, {Node: 6, Strategies: both}}
	require.Equal(t, want, c.Attackers)
}

func TestExpectationsKnowTheOnlySubnet(t *testing.T) {
	c, err := parsed(t, "name: d\nduration: 1m\nsubnets: [{ name: app, nodes: 4 }]\nexpect:\n  - { block_rate: { min: 1.5 } }\n").Compile(1)
	require.NoError(t, err)
	require.Equal(t, []check.Expectation{{Line: 5, Quantity: check.BlockRate, Subnet: "app", Min: 1.5, HasMin: true}}, c.Expect)
}

// A resolved scenario is the same scenario, and says so again.
func TestResolvedScenariosStayTheSame(t *testing.T) {
	texts := map[string]string{"example": Example}
	for _, name := range ShippedNames() {
		text, err := Text(name)
		require.NoError(t, err)
		texts[name] = string(text)
	}
	for name, text := range texts {
		s := parsed(t, text)
		again := parsed(t, string(s.Resolved()))
		require.Equal(t, string(s.Resolved()), string(again.Resolved()), name)
		require.Equal(t, s.plan(1), again.plan(1), name)
		require.Equal(t, s.Network, again.Network, name)
		require.Equal(t, s.Subnets, again.Subnets, name)
		require.Equal(t, unlined(s.Clients), unlined(again.Clients), name)
		for i := range s.Management {
			s.Management[i].line, again.Management[i].line = 0, 0
		}
		require.Equal(t, s.Management, again.Management, name)
		require.Equal(t, s.Attackers, again.Attackers, name)
	}
}

// unlined gives clients without the lines that they stand on.
func unlined(clients []Client) []Client {
	for i := range clients {
		clients[i].line = 0
		for k := range clients[i].Sequence {
			clients[i].Sequence[k].line = 0
		}
	}
	return clients
}

// Measured pairs are round trips; half of one is the way (shared data, README).
func TestMatrixOfMeasuredPairs(t *testing.T) {
	dir := t.TempDir()
	const pairs = "from,to,rtt_ms,packet_loss_fraction\n7,x,10.5,2.5e-03\nx,7,11,\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pairs.csv"), []byte(pairs), 0o666))
	text := "name: m\nduration: 1m\nnetwork: { matrix: pairs.csv }\nsubnets: [{ name: a, nodes: 3 }, { name: b, nodes: 1, places: x }]\n"
	s, err := Parse(filepath.Join(dir, "m.yaml"), []byte(text))
	require.NoError(t, err)
	c, err := s.Compile(1)
	require.NoError(t, err)
	require.Equal(t, 5250*time.Microsecond, c.Paths.OneWay(0, 1))
	require.Equal(t, 5500*time.Microsecond, c.Paths.OneWay(1, 0))
	require.Equal(t, network.Loss(2_500_000), c.Paths.Loss(0, 1))
	require.Equal(t, network.Loss(0), c.Paths.Loss(1, 0))
	require.Equal(t, withinPlace, c.Paths.OneWay(0, 0))
	require.Equal(t, []int{0, 1, 0}, c.Subnets[0].Places)
	require.Equal(t, []int{1}, c.Subnets[1].Places)

	elsewhere, err := Parse("elsewhere/m.yaml", s.Resolved())
	require.NoError(t, err, "resolved scenarios name files absolutely")
	require.Equal(t, s.Network.paths, elsewhere.Network.paths)
}

func TestMatrixOfASubnetOfMainnet(t *testing.T) {
	const file = "../../shared/data/ic_subnet_measured_io67a_2024-05.csv"
	if _, err := os.Stat(file); err != nil {
		t.Skipf("no reference data: %v", err)
	}
	s := parsed(t, "name: m\nduration: 1m\nnetwork: { matrix: "+file+" }\nsubnets: [{ name: a, nodes: 13 }]\n")
	require.Equal(t, 13, s.Network.paths.Places())
	require.Equal(t, 83670*time.Microsecond, s.Network.paths.OneWay(0, 1), "167.34 ms there and back")
}

func TestNodeNames(t *testing.T) {
	s := parsed(t, small+"canisters: [{ name: tally, subnet: app, library: counter }]\n"+
		"clients: [{ name: users, call: tally.inc, rate: 1/s }]\n")
	require.Equal(t, "app/3", s.NodeName(3))
	require.Equal(t, "other/0", s.NodeName(4))
	require.Equal(t, "client users", s.NodeName(7))
	require.Equal(t, "app/0, app/2..3, other", s.NodeNames(ids(6, 0, 2, 3, 4, 5)))
	require.Equal(t, "all", s.NodeNames(s.everyNode()))
}

// FuzzParse: no text makes the parser panic; each problem has a line of its file and says something; what parses
// compiles (but for the library of canisters) and parses again once resolved.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"*.yaml", "testdata/bad/*.yaml"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, path := range files {
			text, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(text)
		}
	}
	f.Add([]byte(Example))
	f.Add([]byte(strings.ReplaceAll(interfaces, "module: testdata/bad/described.wasm", "library: counter")))
	pairs := "from,to,rtt_ms\na,b,10\nb,a,20\n"
	open := func(path string) ([]byte, error) {
		switch {
		case strings.HasSuffix(path, ".csv"):
			return []byte(pairs), nil
		case strings.HasSuffix(path, ".did"):
			return []byte("service : (text) -> { go : (nat) -> (variant { Ok : nat; Err }); look : () -> (text) query }"), nil
		}
		return nil, os.ErrNotExist
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := parse("fuzz.yaml", text, open, "")
		if err != nil {
			problems, ok := err.(Problems)
			require.True(t, ok)
			lines := strings.Count(string(text), "\n") + strings.Count(string(text), "\r") + 2
			for _, p := range problems {
				require.NotEmpty(t, p.Text)
				require.Positive(t, p.Line)
				require.LessOrEqual(t, p.Line, max(lines, len(pairs)), "%s", p)
			}
			return
		}
		_, _ = s.Compile(1)
		again, err := parse("fuzz.yaml", s.Resolved(), open, "")
		require.NoError(t, err, "%s", s.Resolved())
		require.Equal(t, string(s.Resolved()), string(again.Resolved()))
	})
}
