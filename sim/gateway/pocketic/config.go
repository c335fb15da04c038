package pocketic

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/check"
	"icsim/sim/network"
)

// startTime is when instances begin, unless their configuration says otherwise: 6 May 2021, 19:17:10 UTC.
const startTime uint64 = 1_620_328_630_000_000_000

// An instanceConfig is what a client wants of an instance (InstanceConfig).
type instanceConfig struct {
	Subnets        subnetConfigs              `json:"subnet_config_set"`
	Gateway        json.RawMessage            `json:"http_gateway_config"`
	StateDir       json.RawMessage            `json:"state_dir"`
	Bitcoin        json.RawMessage            `json:"bitcoind_addr"`
	Dogecoin       json.RawMessage            `json:"dogecoind_addr"`
	Features       map[string]json.RawMessage `json:"icp_features"`
	InitialTime    *initialTime               `json:"initial_time"`
	SkipValidation bool                       `json:"disable_ingress_validation"`
}

type initialTime struct {
	Timestamp    *rawTime        `json:"Timestamp"`
	AutoProgress json.RawMessage `json:"AutoProgress"`
}

type subnetConfigs struct {
	NNS         *subnetConfig  `json:"nns"`
	SNS         *subnetConfig  `json:"sns"`
	II          *subnetConfig  `json:"ii"`
	Fiduciary   *subnetConfig  `json:"fiduciary"`
	Bitcoin     *subnetConfig  `json:"bitcoin"`
	TestKeys    *subnetConfig  `json:"test_threshold_keys"`
	System      []subnetConfig `json:"system"`
	Application []subnetConfig `json:"application"`
	Verified    []subnetConfig `json:"verified_application"`
	CloudEngine []subnetConfig `json:"cloud_engine"`
}

type subnetConfig struct {
	State        json.RawMessage   `json:"state_config"`
	Instructions string            `json:"instruction_config"`
	Admins       []json.RawMessage `json:"subnet_admins"`
	Cost         string            `json:"cost_schedule"`
}

// A subnet is one of an instance. Its place in a list is its protocol.SubnetID.
type subnet struct {
	kind     string
	reserved []sim.Range // of the mainnet, for canisters whose ids are asked for
	own      sim.Range   // for the others
}

// ranges are those that clients are shown: of subnets that are on the mainnet those they have there.
func (s *subnet) ranges() []sim.Range {
	if s.reserved == nil {
		return []sim.Range{s.own}
	}
	return s.reserved
}

// unsupported finds what of a configuration there is not.
func (c *instanceConfig) unsupported() error {
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"state_dir", isSet(c.StateDir)}, {"bitcoind_addr", isSet(c.Bitcoin)}, {"dogecoind_addr", isSet(c.Dogecoin)},
		{"disable_ingress_validation", c.SkipValidation}, {"a test_threshold_keys subnet", c.Subnets.TestKeys != nil},
		{"cloud_engine subnets", len(c.Subnets.CloudEngine) > 0},
	} {
		if field.set {
			return unsupported("%s; leave it out", field.name)
		}
	}
	var features []string
	for name, value := range c.Features { //tidy:sorted below
		if isSet(value) {
			features = append(features, name)
		}
	}
	slices.Sort(features)
	if len(features) > 0 {
		return unsupported("icp_features (%s): install those canisters", features[0])
	}
	return nil
}

func (c *subnetConfig) unsupported(kind string) error {
	switch {
	case isSet(c.State) && string(c.State) != `"New"`:
		return unsupported("state_config %s of the %s subnet; want \"New\"", c.State, kind)
	case c.Instructions != "" && c.Instructions != "Production":
		return unsupported("instruction_config %q of the %s subnet; want \"Production\"", c.Instructions, kind)
	case c.Cost != "" && c.Cost != "Normal":
		return unsupported("cost_schedule %q of the %s subnet; want \"Normal\"", c.Cost, kind)
	case len(c.Admins) > 0:
		return unsupported("subnet_admins of the %s subnet", kind)
	}
	return nil
}

// plan gives the subnets in the order in which PocketIC makes them: named ones first, the NNS before all.
func (c *subnetConfigs) plan() (subnets []subnet, err error) {
	next := protocol.CanisterID(1<<64 - 2*rangeSize)
	add := func(kind string, s *subnetConfig) {
		if s == nil || err != nil {
			return
		}
		if err = s.unsupported(kind); err != nil {
			return
		}
		subnets = append(subnets, subnet{kind: kind, reserved: mainnet(kind), own: sim.Range{First: next, Last: next + rangeSize - 1}})
		next -= rangeSize
	}
	add(kindNNS, c.NNS)
	add(kindSNS, c.SNS)
	add(kindII, c.II)
	add(kindFiduciary, c.Fiduciary)
	add(kindBitcoin, c.Bitcoin)
	for i := range c.System {
		add(kindSystem, &c.System[i])
	}
	for i := range c.Application {
		add(kindApplication, &c.Application[i])
	}
	for i := range c.Verified {
		add(kindVerified, &c.Verified[i])
	}
	switch {
	case err != nil:
		return nil, err
	case len(subnets) == 0:
		return nil, bad("an instance needs a subnet: subnet_config_set has none")
	case len(subnets) > maxSubnets:
		return nil, bad("%d subnets are too many; want at most %d", len(subnets), maxSubnets)
	}
	return subnets, nil
}

const (
	rangeSize  = 1 << 20 // canister ids
	maxSubnets = 50
)

// Kinds of subnets.
const (
	kindNNS         = "NNS"
	kindSNS         = "SNS"
	kindII          = "II"
	kindFiduciary   = "Fiduciary"
	kindBitcoin     = "Bitcoin"
	kindSystem      = "System"
	kindApplication = "Application"
	kindVerified    = "VerifiedApplication"
)

// mainnet gives the canister ids that a subnet has on the mainnet (rs/pocket_ic_server/src/pocket_ic.rs, subnet_kind_canister_range).
// Number 7 is Internet Identity.
func mainnet(kind string) []sim.Range {
	nth := func(n protocol.CanisterID) sim.Range {
		return sim.Range{First: n * rangeSize, Last: (n+1)*rangeSize - 1}
	}
	switch kind {
	case kindNNS:
		return []sim.Range{{First: 0, Last: 6}, {First: 8, Last: rangeSize - 1}}
	case kindII:
		return []sim.Range{{First: 7, Last: 7}, nth(33)}
	case kindBitcoin:
		return []sim.Range{nth(26)}
	case kindFiduciary:
		return []sim.Range{nth(35)}
	case kindSNS:
		return []sim.Range{nth(32)}
	}
	return nil
}

func subnetType(kind string) protocol.SubnetType {
	switch kind {
	case kindNNS, kindII, kindBitcoin, kindSystem:
		return protocol.SystemSubnet
	case kindVerified:
		return protocol.VerifiedApplicationSubnet
	}
	return protocol.ApplicationSubnet
}

// size is how many nodes PocketIC's subnets have, as those of the mainnet (rs/pocket_ic_server/src/pocket_ic.rs, subnet_size). What
// canisters pay goes by it, whatever is simulated.
func size(kind string) int {
	switch kind {
	case kindNNS:
		return 40
	case kindII, kindFiduciary, kindSNS:
		return 34
	}
	return 13
}

// How subnets are built. Virtual time costs nothing while the walls stand, so that distance only keeps subnets from making more
// blocks than anybody needs while they go with real time. Blocks may follow each other at once: else their times would run
// away from the walls that stand.
const (
	distance    = 25 * time.Millisecond // one way, between any two machines
	unitDelay   = time.Second
	dkgInterval = 499
	mebibyte    = 1 << 20
)

// simulation gives the configuration of an instance's simulation.
func (s *Server) simulation(subnets []subnet, genesis uint64, voucher []byte) (*sim.Config, error) {
	paths, err := network.Uniform(distance, 0)
	if err != nil {
		return nil, err
	}
	c := &sim.Config{
		Name: "pocketic", Seed: 1, Genesis: genesis, Crypto: s.cfg.Crypto, Paths: paths, Bounds: check.DefaultBounds(),
		Modules: s.cfg.Modules, Library: s.cfg.Library, Voucher: voucher, Told: true, Short: true, Workers: 1,
	}
	for i, sub := range subnets {
		ingress := 2 * mebibyte
		if subnetType(sub.kind) == protocol.SystemSubnet {
			ingress = 7 * mebibyte / 2
		}
		c.Subnets = append(c.Subnets, sim.Subnet{
			Name: fmt.Sprintf("%s-%d", sub.kind, i), Type: subnetType(sub.kind), Places: make([]int, s.cfg.Nodes),
			UnitDelay: unitDelay, DKGIntervalLength: dkgInterval, MaxIngressBytes: ingress, MaxIngressMessages: 1000,
			MaxBlockIngress: 4 * mebibyte, MaxBlockPayload: 4 * mebibyte, PricedAs: size(sub.kind),
			Ranges: append(slices.Clone(sub.reserved), sub.own),
		})
	}
	return c, nil
}
