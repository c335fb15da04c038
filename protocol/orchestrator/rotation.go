package orchestrator

import "icsim/protocol"

// turn is how much of its turn a node lets pass before it tries (DELAY_COMPENSATION of registration.rs).
const turn = 95

// Rotates tells whether the registry wants the node to have other IDKG encryption keys from time to time.
func (a *Assigned) Rotates(now protocol.Time) bool {
	_, ok := a.cfg.Registry.At(a.cfg.Registry.Latest(now)).RotationDue(a.cfg.Node, turn)
	return ok
}

// Rotate asks the registry canister to take a new IDKG encryption key when it is time to, and again at each look until the registry has it
// (rs/orchestrator/src/registration.rs, check_all_keys_registered_otherwise_register). updated tells whether the node has a key more.
func (a *Assigned) Rotate(in *protocol.Input, out *protocol.Outputs) (updated bool) {
	latest := a.cfg.Registry.Latest(in.Now)
	due, ok := a.cfg.Registry.At(latest).RotationDue(a.cfg.Node, turn)
	if !ok {
		a.rotation = protocol.Never
		return false
	}
	if wait := due - in.Now; wait > 0 {
		a.rotation = a.tick(in.Instant + wait)
		return false
	}
	if a.rotation != protocol.Never && in.Instant < a.rotation {
		return false // it asked after its last look
	}
	a.rotation = a.tick(in.Instant)
	key, made := a.cfg.Keys.RotateIDKG(latest)
	a.cfg.Keys.Meter.Charge(protocol.OpSignBasic, 1) // of the call
	out.Emit(protocol.Note{Kind: protocol.NoteIDKGKey, Peer: protocol.NoNode, Hash: key.Hash(), EncryptionKey: &key})
	return made
}
