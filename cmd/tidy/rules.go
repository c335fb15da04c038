package main

// topLevel is all that the root of the repository may hold, beside hidden files and what .gitignore names.
const topLevel = `
	sim scenarios protocol canister crypto metrics cmd
	go.mod go.sum Makefile README.md
`

// arrows says who may import what of ours. The most specific line for a package counts, and it counts
// whole. "/..." means a package and all below it. A package may always import what lies below itself.
// Down only: cmd, scenarios, sim, then the siblings protocol/replica, canister and metrics, then protocol/..., protocol, crypto.
const arrows = `
	crypto                  :
	crypto/...              : crypto crypto/der crypto/hashtree crypto/principal
	crypto/bls              : crypto crypto/curve crypto/recent
	crypto/cryptotest       : crypto crypto/nidkg/layout crypto/nidkg/misdeal
	crypto/ideal            : crypto crypto/nidkg/layout crypto/recent
	crypto/nidkg            : crypto crypto/curve crypto/recent
	crypto/nidkg/layout     : crypto
	crypto/nidkg/misdeal    : crypto crypto/nidkg crypto/nidkg/layout
	crypto/derivation       : crypto/idkg/curve
	crypto/idkg             : crypto crypto/idkg/curve
	crypto/idkg/...         : crypto crypto/idkg/curve crypto/idkg
	crypto/tecdsa           : crypto crypto/idkg/curve crypto/derivation crypto/idkg
	crypto/tschnorr         : crypto crypto/idkg/curve crypto/derivation crypto/idkg
	crypto/chainkey         : crypto crypto/idkg/curve crypto/derivation crypto/idkg crypto/tecdsa crypto/tschnorr crypto/vetkd
	crypto/httpcert         : crypto crypto/certificate crypto/hashtree crypto/principal
	crypto/userkey          : crypto crypto/certificate crypto/der crypto/hashtree crypto/principal crypto/secp256k1
	crypto/userkey/...      : crypto crypto/certificate crypto/der crypto/hashtree crypto/principal crypto/secp256k1 crypto/userkey

	protocol                : crypto crypto/hashtree crypto/principal crypto/idkg crypto/chainkey
	protocol/...            : protocol protocol/authentication protocol/keys
	                          crypto crypto/certificate crypto/der crypto/hashtree crypto/principal crypto/userkey crypto/idkg crypto/chainkey
	protocol/dkg            : protocol protocol/idkg protocol/keys crypto crypto/chainkey
	protocol/replay         : protocol protocol/consensus protocol/keys protocol/messaging
	protocol/replica        : protocol/...
	                          crypto crypto/certificate crypto/der crypto/hashtree crypto/principal crypto/userkey crypto/idkg crypto/chainkey

	canister/...            : canister/... protocol
	                          crypto crypto/certificate crypto/der crypto/hashtree crypto/principal crypto/chainkey
	metrics/...             : metrics/... protocol

	sim                     : sim/... protocol/... canister/... metrics/... crypto/...
	sim/boundary            : sim/health sim/rng protocol/... crypto/...
	sim/envelope            : sim/boundary protocol/... crypto/...
	sim/explore             : sim sim/... protocol canister canister/wasm
	sim/recording           : sim sim/... protocol/... crypto/...
	sim/report              : sim sim/check metrics/...
	sim/gateway/...         : sim sim/... protocol/... canister/... metrics/... crypto/...
	sim/rng                 : sim/event
	sim/event               : sim/rng
	sim/workload            : sim/health sim/rng protocol/... crypto/...
	sim/...                 : sim/event sim/rng sim/machine sim/network protocol/... crypto/... metrics/...

	scenarios/planner       : scenarios sim sim/check sim/health sim/network sim/sites sim/workload metrics/... protocol
	scenarios/...           : scenarios sim/... protocol/... canister/... metrics/... crypto/...
	cmd/...                 : scenarios/... sim/... protocol/... canister/... metrics/... crypto/...
	cmd/tidy                :
`

// testArrows adds to arrows in test code: the cheap scheme to sign with, the kits, and the data packages
// that a node is set up from.
const testArrows = `
	crypto/...              : crypto/...
	protocol/...            : crypto/... protocol/...
	canister/...            : crypto/...
	sim/...                 : sim/...
	sim/gateway/...         : sim/... canister/... crypto/...
`

// externals says where a module from outside may be imported: each behind one package of ours (design.md, section 4).
const externals = `
	filippo.io/edwards25519          : crypto/...
	github.com/consensys/gnark-crypto: crypto/bls crypto/curve crypto/idkg/curve crypto/nidkg/... crypto/secp256k1 crypto/vetkd
	github.com/fxamacker/cbor/v2     : crypto crypto/hashtree crypto/certificate crypto/httpcert crypto/userkey/... sim/envelope
	github.com/tetratelabs/wazero    : canister/wasm/...
	golang.org/x/sys                 : canister/wasm
	gonum.org/v1/gonum               : metrics/... sim/network scenarios/planner
	gonum.org/v1/plot                : metrics/plot
	go.yaml.in/yaml/v3               : scenarios
	gopkg.in/yaml.v3                 : scenarios
	github.com/spf13/cobra           : cmd/icsim
	github.com/cheggaaa/pb/v3        : cmd/icsim
`

// testExternals says the same for test code, in addition.
const testExternals = `
	github.com/stretchr/testify      : ...
	pgregory.net/rapid               : ...
	github.com/cockroachdb/datadriven: ...
	github.com/rogpeppe/go-internal  : ...
	github.com/tetratelabs/wazero    : canister/...
	github.com/decred/dcrd           : crypto/... sim
	golang.org/x/net                 : metrics/report sim/report
`

// bans says in which packages a rule is in force, and after the bar where it is not all the same. They are for code
// that is not test code. sim/gateway is where people outside, with their own time and threads, meet the simulation: what it gives
// the simulation are inputs, which are recorded.
const bans = `
	goroutines : ...                            | sim/event sim/memo sim/explore sim/gateway/... cmd/...
	clock      : ...                            | sim/gateway/... cmd/...
	sync       : ...                            | sim/event sim/memo sim/explore sim/gateway/... cmd/...
	os         : protocol/... canister/... crypto/... sim/... metrics/... | sim/gateway/...
	context    : protocol/... canister/... crypto/... | canister/wasm
	chance     : ...
	variables  : protocol/... canister/... crypto/... | canister/cdk/... canister/library/...
	init       : protocol/... canister/... crypto/... sim/... metrics/... scenarios/...
	maps       : protocol/... canister/... crypto/... sim/...
	floats     : protocol/... canister/...
`

// imports that a ban covers whole.
const bannedImports = `
	sync    : sync sync/atomic
	os      : os os/exec os/signal os/user syscall net net/http runtime
	context : context
	chance  : math/rand math/rand/v2 crypto/rand hash/maphash
`

// Limits of length. Beyond the soft ones a reviewer asks; beyond these there has to be a reason.
const (
	mostColumns       = 140
	mostFileLines     = 600
	mostFunctionLines = 100
)

// vagueNames are names of packages that say nothing about their contents.
const vagueNames = `util utils common helper helpers misc`
