package consensus

import "icsim/protocol"

// A ChangeOp is a way to change the pool (rs/interfaces/src/consensus_pool.rs, ChangeAction).
type ChangeOp uint8

const (
	AddToValidated            ChangeOp = iota // Artifact is our own: publish it
	MoveToValidated                           // Artifact keeps the time it came in; relayed unless a share
	RemoveFromValidated                       // Artifact
	RemoveFromUnvalidated                     // Artifact
	PurgeValidatedBelow                       // everything under Height
	PurgeValidatedOfTypeBelow                 // what is of Kind and under Height
	PurgeUnvalidatedBelow                     // everything under Height
	HandleInvalid                             // drop Artifact from the unvalidated pool; Reason is a constant
)

// A ChangeAction is one change that a component proposes.
type ChangeAction struct {
	Op       ChangeOp
	Kind     protocol.ArtifactKind
	Height   protocol.Height
	Artifact protocol.Artifact
	Reason   string
}
