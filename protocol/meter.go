package protocol

// An Op is a kind of work that a step does and a node is charged for. What each costs stands in one table,
// sim/machine; the protocol only counts.
type Op uint8

const (
	OpReceive              Op = iota // a message taken from the network and decoded
	OpSignBasic                      // Ed25519
	OpVerifyBasic                    //
	OpSignMulti                      // BLS multi-signature
	OpVerifyMultiShare               //
	OpCombineMulti                   // a share added to an aggregate
	OpVerifyMulti                    // an aggregate
	OpSignThreshold                  // threshold BLS
	OpVerifyThresholdShare           //
	OpCombineThreshold               // a share interpolated
	OpVerifyThreshold                //
	OpVerifyECDSA                    // a user's, on either curve
	OpVerifyRSA                      // a user's
	OpVerifyCanister                 // a canister signature, with certificate and delegation
	OpHashByte                       // SHA-256
	OpPayloadBuild                   // one payload, fixed part
	OpPayloadValidate                // one payload, fixed part
	OpPayloadByte                    // built, validated or assembled
	OpIngressValidate                // expiry, history and signature form; the signature itself is an operation of its own
	OpRound                          // one execution round, fixed part: demux, schedule, commit, hash
	OpCanisterRound                  // one canister hosted, a round
	OpCanisterMessage                // one canister message executed, fixed part
	OpInstruction                    // of the busiest execution thread
	OpCheckpoint                     // fixed part of a checkpoint
	OpCheckpointByte                 // of state written and hashed for the manifest
	OpWitness                        // a certificate or stream slice cut from a state
	OpDiskByte                       // written to the pool's disk
	OpOutcall                        // a request to a server through the adapter, with its answer
	OpDiskReadByte                   // of a checkpoint
	OpLoadCheckpoint                 // fixed part of taking over a fetched checkpoint
	OpDeal                           // a dealing for one receiver
	OpVerifyDealing                  // a dealing for one receiver
	OpCombineDealings                // a dealing taken into a transcript
	OpOpenShare                      // what one dealer encrypted for this node
	OpUpdateKey                      // a decryption key that forgets earlier epochs
	OpRestart                        // a replica that stopped by itself is down
	OpUpgrade                        // a node installs another replica version and boots
	OpReassign                       // a node starts or stops being a subnet's
	OpIDKGDeal                       // an IDKG dealing for one receiver
	OpIDKGVerifyDealing              // what everybody can check of one
	OpIDKGVerifyShare                // what its receiver can
	OpIDKGCombine                    // a dealing taken into a transcript
	OpIDKGLoad                       // the own share in one dealing of a transcript
	OpIDKGComplain                   // a complaint made or verified, or an opening
	OpSignatureStart                 // a request to a chain key prepared
	OpSignatureShare                 // a share made, but for vetKD's
	OpVerifySignatureShare           //
	OpCombineSignature               // a share combined
	OpVerifySignature                // the answer to a request
	OpKeyShare                       // a vetKD key share made
	OpVerifyKeyShare                 //
	OpCombineKey                     // a share combined
	OpVerifyKey                      // an encrypted key
	NumOps
)

var opNames = [NumOps]string{
	"receive", "sign-basic", "verify-basic", "sign-multi", "verify-multi-share", "combine-multi", "verify-multi",
	"sign-threshold", "verify-threshold-share", "combine-threshold", "verify-threshold",
	"verify-ecdsa", "verify-rsa", "verify-canister", "hash-byte",
	"payload-build", "payload-validate", "payload-byte", "ingress-validate", "round", "canister-round",
	"canister-message", "instruction", "checkpoint", "checkpoint-byte", "witness", "disk-byte", "outcall",
	"disk-read-byte", "load-checkpoint",
	"deal", "verify-dealing", "combine-dealings", "open-share", "update-key",
	"restart", "upgrade", "reassign",
	"idkg-deal", "idkg-verify-dealing", "idkg-verify-share", "idkg-combine", "idkg-load", "idkg-complain",
	"signature-start", "signature-share", "verify-signature-share", "combine-signature", "verify-signature",
	"key-share", "verify-key-share", "combine-key", "verify-key",
}

func (o Op) String() string { return opNames[o] }

// A Meter adds up the work of one step.
type Meter [NumOps]uint64

// Charge counts n times op.
func (m *Meter) Charge(op Op, n int) { m[op] += uint64(n) }
