package canister

import (
	"fmt"
	"slices"

	"icsim/protocol"
)

// A managementCall is a request that waits in the subnet's own queue. It is bounded by the callers' queues: each may
// have queue.Capacity calls open to the management canister.
type managementCall struct {
	*protocol.CanisterMessage
	since protocol.Height // of the round it came in
}

func cyclesOfCalls(calls []managementCall) protocol.Cycles {
	var sum protocol.Cycles
	for _, m := range calls {
		sum = sum.Add(m.Cycles())
	}
	return sum
}

// manage answers the calls to aaaaa-aa, in order. Randomness is not known when it is asked for: raw_rand
// waits for the next round (interface.md B.1).
func (r *Round) manage() {
	calls := r.management
	r.management = nil
	for _, m := range calls {
		if m.since == r.ctx.Height && m.Request.Method == "raw_rand" && slices.Equal(m.Request.Arg, candidNothing()) {
			r.management = append(r.management, m)
			continue
		}
		r.deliver(r.touch(m.From()), r.answerManagement(m.Request), false)
	}
}

func (r *Round) answerManagement(q *protocol.Request) *protocol.CanisterMessage {
	refuse := func(code, format string, args ...any) *protocol.CanisterMessage {
		f := &fault{code: code}
		return q.RejectTo(f.bare(fmt.Sprintf(format, args...)))
	}
	if q.Deadline != 0 && q.Deadline < r.ctx.Time {
		return refuse(errDeadlineExpired, "Deadline expired.")
	}
	answer := protocol.Response{
		Originator: q.Sender, Respondent: protocol.ManagementCanister,
		Callback: q.Callback, Refund: q.Cycles, Deadline: q.Deadline,
	}
	switch q.Method {
	case "raw_rand":
		if !slices.Equal(q.Arg, candidNothing()) {
			return refuse(errInvalidManagement, "raw_rand takes no argument")
		}
		answer.Reply = candidBlob(r.randomBytes())
	case "deposit_cycles":
		id, ok := candidCanisterID(q.Arg)
		if !ok {
			return refuse(errInvalidManagement, "deposit_cycles takes a record with a canister_id")
		}
		c := r.touch(id)
		if c == nil {
			return refuse(errCanisterNotFound, "Canister %s not found", id)
		}
		c.balance = c.balance.Add(q.Cycles)
		answer.Refund = protocol.Cycles{}
		answer.Reply = candidNothing()
	default:
		return q.RejectTo(r.refuseManagement(q.Method))
	}
	return protocol.NewResponse(&answer)
}

// refuseManagement says that a method of aaaaa-aa cannot be called.
func (r *Round) refuseManagement(method string) protocol.Reject {
	f := &fault{code: errUnknownManagement}
	if slices.Contains(managementMethods(), method) {
		return f.bare("not available yet: " + method)
	}
	return f.bare(fmt.Sprintf("Management canister has no method '%s'", method))
}

// managementMethods are those of the interface (interface.md B.1).
func managementMethods() []string {
	return []string{
		"create_canister", "update_settings", "upload_chunk", "clear_chunk_store", "stored_chunks", "install_code",
		"install_chunked_code", "uninstall_code", "start_canister", "stop_canister", "delete_canister", "canister_status",
		"canister_metrics", "canister_info", "canister_metadata", "deposit_cycles", "raw_rand", "http_request",
		"ecdsa_public_key", "sign_with_ecdsa", "schnorr_public_key", "sign_with_schnorr", "vetkd_public_key",
		"vetkd_derive_key", "bitcoin_get_balance", "bitcoin_get_utxos", "bitcoin_send_transaction",
		"bitcoin_get_current_fee_percentiles", "bitcoin_get_block_headers", "node_metrics_history", "subnet_info",
		"provisional_create_canister_with_cycles", "provisional_top_up_canister", "take_canister_snapshot",
		"load_canister_snapshot", "list_canister_snapshots", "delete_canister_snapshot", "read_canister_snapshot_metadata",
		"read_canister_snapshot_data", "upload_canister_snapshot_metadata", "upload_canister_snapshot_data",
		"fetch_canister_logs", "list_canisters",
	}
}

// randomBytes draws the 32 bytes of a raw_rand from the random tape's value of this round.
func (r *Round) randomBytes() []byte {
	if r.random == nil {
		r.random = protocol.NewRand(r.ctx.Randomness, "raw_rand")
	}
	var out []byte
	for range 4 {
		out = appendUint(out, r.random.Uint64())
	}
	return out
}
