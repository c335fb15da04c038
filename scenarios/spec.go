package scenarios

import (
	"time"

	"icsim/canister/library"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/check"
	"icsim/sim/fault"
	"icsim/sim/network"
	"icsim/sim/recording"
)

// A Spec is a scenario as its author means it: every reference is checked, every default filled in. Things refer to each
// other by name. Before Compile, Crypto may be set to another value, and the end by EndAt.
type Spec struct {
	File       string // for messages
	Name       string
	About      string
	Duration   time.Duration
	Until      time.Duration // where the run ends before Duration; 0: it does not, and is judged as a whole
	Crypto     string        // bls or ideal
	Preferred  uint64        // the seed that it runs with unless another one is named
	Genesis    time.Time
	Network    Network
	Subnets    []Subnet
	Spares     Spares   // nodes of no subnet
	Changes    []Change // of the registry, by time
	Users      []string // beside the clients, each of whom is a user, too
	Canisters  []Canister
	Clients    []Client
	Management []Step
	Outcalls   []Outcall
	Faults     []Fault
	Attackers  []Attacker
	Variants   []string // names of rules that all nodes have in place of the deployed ones
	Liveness   check.Bounds
	Healing    Healing
	Branches   []sim.Branch
	Replay     string // file with a recorded session, or empty
	Expect     []check.Expectation
	Sometimes  []check.Expectation // what some run of a sweep has to come to
	Situations []string            // check.Situations that some run of a sweep has to come to

	unhealed  bool                 // EndAt leaves the core less time than the healing does
	recording *recording.Recording // of Replay
	portable  bool                 // Replay is written as it is, beside the scenario
}

// EndAt lets the run end at a time of its own. What the scenario says stays as it is: of one that is cut short, what was to happen
// later does not, what is not answered by then is not judged, and neither is what the whole was to come to.
func (s *Spec) EndAt(end time.Duration) {
	s.Until = end
	if end >= s.Duration {
		s.Duration, s.Until = end, 0
		s.unhealed = s.Healing.At > 0 && s.Healing.At+s.Healing.Within > end
	}
}

// A Network says what lies between places. One of World, Mainnet, Uniform and Matrix is set.
type Network struct {
	World    bool          // the built-in cities
	Mainnet  bool          // its data centres
	Uniform  time.Duration // one way, between any two machines
	Loss     network.Loss  // with Uniform
	Matrix   string        // file of measured pairs
	Requests time.Duration // as in sim.Config
	paths    *network.Paths
	places   []string // names, by index in paths
}

// A Subnet has the fields of sim.Subnet, with its places by name.
type Subnet struct {
	Name               string
	Created            bool // by a change, of spare nodes: the change names them, and Nodes is 0
	Type               protocol.SubnetType
	Nodes              int
	Places             []string // repeated for the nodes in turn; {"world"}: spread over the network's places
	Providers          []string // of the nodes, in turn; nil: each has one of its own, without a name
	Uplink, Downlink   int64    // bits a second; 0: unlimited
	UnitDelay          time.Duration
	NotaryDelay        time.Duration
	DKGInterval        int
	MaxIngressBytes    int64
	MaxIngressMessages int
	MaxBlockIngress    int64
	MaxBlockPayload    int64
	ChainKeys          *protocol.ChainKeys // nil: none
	Idle               int                 // canisters that do nothing, beside those that are listed
	first              protocol.NodeID
}

// A Canister is installed at genesis.
type Canister struct {
	Name   string
	Subnet string
	Code
	Settings    []Setting // of a canister of the library
	Arg         Argument  // for canister_init
	Controllers []string  // users and canisters; nil: anonymous
	Cycles      protocol.Cycles
	Resources   Resources
	offered     []offer // by its code, and by what it is upgraded to
	line        int
}

// A Setting of a canister of the library. Value is a uint64, time.Duration, string, []byte or []string with names of
// canisters, as its kind demands.
type Setting struct {
	Name  string
	Kind  library.Kind
	Value any
}

// A Client is a user who makes calls of one kind, or a sequence of steps.
type Client struct {
	Name string
	Step // of a client without sequence: the call; As holds for a sequence, too

	Every    time.Duration // 0: one call
	Burst    int           // calls at a time
	Poisson  bool
	From     time.Duration
	Until    time.Duration // 0: the end of the run
	Count    int           // of calls; 0: no limit
	Copies   int           // of each call, to as many nodes, signed by as many keys; 1 is the call alone
	Sequence []Step
	Trace    string // file with its calls
	traced   []tracedCall
	Repeat   int // how often the sequence is made
	Place    string
}

// A Targets is some nodes, as they were named and by number. Of faults also who plays a role in a subnet at the time.
type Targets struct {
	Names []string
	Nodes []protocol.NodeID // ascending
	Parts []Part
}

// A Part is what a node of a subnet is at a time: fault.BlockMaker or fault.Slowest.
type Part struct {
	Subnet string
	As     fault.Part
}

// A Fault is something that goes wrong. Which fields count depends on Kind.
type Fault struct {
	Kind      string    // the name of one of FaultKinds
	Nodes     Targets   // whom it hits
	Groups    []Targets // of a partition
	To        Targets   // of a link
	At        time.Duration
	For       time.Duration // 0: to the end
	LoseDisk  bool
	OneWay    bool
	Direction string // of a cut: both, out or in
	Delay     time.Duration
	Loss      network.Loss
	Up, Down  int64 // of a bandwidth cap
	By        time.Duration
	Drift     int64  // parts per billion
	Factor    Factor // of a slow CPU or disk, or of churn
	Torn      bool
	Forgets   time.Duration
	Lose      int64 // of a disk's writes, parts per billion
	Misdirect int64
	Full      bool
	Starve    int // of a scheduler: nodes at a time
	Turn      time.Duration
	Chosen
	line int
}

// A Chosen says which of a fault's targets it hits, and how they are hit one after the other: the seed decides.
type Chosen struct {
	Pick   int           // so many of them; 0: all
	Chance int64         // each with this probability, parts per billion; 0: for sure
	Ramp   time.Duration // from the first to the last; of a link: until it is as bad as it gets
}

// An Attacker is some nodes with the strategies each of them follows.
type Attacker struct {
	Nodes      Targets
	Strategies []string
	From       time.Duration
	Until      time.Duration // 0: to the end
	To         Targets       // whom it acts against; none: all
	Artifacts  []protocol.ArtifactKind
	By         time.Duration
	Count      int
	Chance     int64 // parts per billion
}

// A Healing is when all faults end for a core of nodes, which then has to come together. Whatever else is broken may stay so. A run whose
// core has not goes on past its Duration until it has, or until Within is over.
type Healing struct {
	At     time.Duration // 0: there is none
	Within time.Duration
	Core   Targets
}
