package canister

import (
	"slices"
	"strings"

	m "icsim/canister/management"
	"icsim/crypto/principal"
)

// An access is who may call a method of the management canister.
type access uint8

const (
	open              access = iota // it is about nothing
	aboutSubnet                     // it is about a subnet, and anybody may
	anybody                         // and about a canister
	controllers                     // of the canister
	controllersOrSelf               // or the canister
	controllersOrSeen               // those who may see the status, or the canister
)

// A method is one of the management canister. Run answers a call, for the canister that it is about if it is about one; it
// gives neither reply nor fault when the answer comes later. A method without run is not available yet.
type method struct {
	name   string
	users  bool // may call it, by ingress
	access access
	run    func(r *Round, q *request, c *Canister) ([]byte, *fault)
}

// methods are those of the interface (interface.md B.1).
func methods() []method {
	available := []method{
		{"create_canister", false, open, (*Round).createCanister},
		{"update_settings", true, controllers, (*Round).updateSettings},
		{"upload_chunk", true, controllersOrSelf, (*Round).uploadChunk},
		{"clear_chunk_store", true, controllersOrSelf, (*Round).clearChunks},
		{"stored_chunks", true, controllersOrSelf, (*Round).storedChunks},
		{"install_code", true, controllers, (*Round).installCode},
		{"install_chunked_code", true, controllers, (*Round).installChunked},
		{"uninstall_code", true, controllers, (*Round).uninstallCode},
		{"start_canister", true, controllers, (*Round).startCanister},
		{"stop_canister", true, controllers, (*Round).stopCanister},
		{"delete_canister", true, controllers, (*Round).deleteCanister},
		{"rename_canister", false, controllers, (*Round).renameCanister},
		{"canister_status", true, controllersOrSeen, (*Round).canisterStatus},
		{"canister_metrics", true, controllers, (*Round).canisterMetrics},
		{"canister_info", false, anybody, (*Round).canisterInfo},
		{"canister_metadata", false, anybody, (*Round).canisterMetadata},
		{"deposit_cycles", false, anybody, (*Round).depositCycles},
		{"raw_rand", false, open, (*Round).rawRand},
		{"http_request", false, open, (*Round).httpRequest},
		{"ecdsa_public_key", false, open, (*Round).ecdsaPublicKey},
		{"sign_with_ecdsa", false, open, (*Round).signWithECDSA},
		{"schnorr_public_key", false, open, (*Round).schnorrPublicKey},
		{"sign_with_schnorr", false, open, (*Round).signWithSchnorr},
		{"vetkd_public_key", false, open, (*Round).vetKDPublicKey},
		{"vetkd_derive_key", false, open, (*Round).vetKDDeriveKey},
		{"node_metrics_history", false, aboutSubnet, (*Round).nodeMetricsHistory},
		{"subnet_info", false, aboutSubnet, (*Round).subnetInfo},
		{"list_canisters", true, open, (*Round).listCanisters},
		{"provisional_create_canister_with_cycles", true, open, (*Round).provisionalCreate},
		{"provisional_top_up_canister", true, anybody, (*Round).provisionalTopUp},
		{"take_canister_snapshot", true, controllers, (*Round).takeSnapshot},
		{"load_canister_snapshot", true, controllers, (*Round).loadSnapshot},
		{"list_canister_snapshots", true, anybody, (*Round).listSnapshots},
		{"delete_canister_snapshot", true, controllers, (*Round).deleteSnapshot},
		{"read_canister_snapshot_metadata", true, anybody, (*Round).readSnapshotMetadata},
		{"read_canister_snapshot_data", true, anybody, (*Round).readSnapshotData},
		{"upload_canister_snapshot_metadata", true, controllers, (*Round).uploadSnapshotMetadata},
		{"upload_canister_snapshot_data", true, controllers, (*Round).uploadSnapshotData},
		{"fetch_canister_logs", false, open, (*Round).refuseLogs},
	}
	for _, name := range []string{
		"bitcoin_get_balance", "bitcoin_get_utxos", "bitcoin_send_transaction", "bitcoin_get_current_fee_percentiles",
		"bitcoin_get_block_headers",
	} {
		available = append(available, method{name: name})
	}
	return available
}

// aboutCanister reports whether calls of the method name a canister.
func (x method) aboutCanister() bool { return x.access > aboutSubnet }

func findMethod(name string) (method, bool) {
	all := methods()
	i := slices.IndexFunc(all, func(x method) bool { return x.name == name })
	if i < 0 {
		return method{}, false
	}
	return all[i], true
}

// permits says why a caller may not call a method about a canister, or nil.
func (x method) permits(c *Canister, q *request) *fault {
	self := q.caller == c.id.Principal()
	switch x.access {
	case controllers:
		return c.controlledBy(q, false)
	case controllersOrSelf:
		return c.controlledBy(q, self)
	case controllersOrSeen:
		return c.controlledBy(q, self || c.shows(c.inspectors, q.caller))
	}
	return nil
}

// controlledBy gives a fault unless the caller controls the canister, or is excused.
func (c *Canister) controlledBy(q *request, excused bool) *fault {
	if excused || c.isController(q.caller) {
		return nil
	}
	return c.notController(q.caller)
}

func (c *Canister) notController(p principal.ID) *fault {
	var names []string
	for _, id := range c.controllers {
		names = append(names, id.String())
	}
	return refusal(errInvalidController, "Only the controllers of the canister %s can control it.\nCanister's controllers: %s\n"+
		"Sender's ID: %s", c.id, strings.Join(names, " "), p)
}

func (r *Round) depositCycles(q *request, c *Canister) ([]byte, *fault) {
	c.balance = c.balance.Add(q.cycles)
	q.cycles = m.Nat{}
	return m.Encode(nil), nil
}

func (r *Round) rawRand(q *request, _ *Canister) ([]byte, *fault) {
	if err := m.DecodeNothing(q.arg()); err != nil {
		return nil, undecodable(err)
	}
	return m.Encode(r.randomBytes()), nil
}

func (r *Round) refuseLogs(*request, *Canister) ([]byte, *fault) {
	return nil, refusal(errRejectedMessage, "fetch_canister_logs API is only accessible in non-replicated mode")
}
