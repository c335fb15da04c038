package workload

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// CertifiedBy gives the verifier of a client that trusts the root key (in DER). It decodes and checks certificates about a canister
// as agents do; those that are more than five minutes off the client's clock prove nothing.
func CertifiedBy(s crypto.Scheme, key []byte, canister principal.ID) Verifier {
	return func(id protocol.MessageID, raw []byte, now uint64) (protocol.IngressStatus, bool) {
		cert, err := certificate.Decode(raw)
		if err != nil || cert.VerifyForCanister(s, key, canister) != certificate.Valid {
			return protocol.IngressStatus{}, false
		}
		if made, ok := cert.Time(); !ok || !isFresh(made, now) {
			return protocol.IngressStatus{}, false
		}
		return readStatus(cert.Tree, id), true
	}
}

// isFresh tells whether a time lies within freshness of another, both in Unix nanoseconds.
func isFresh(at, now uint64) bool { return at+uint64(freshness) >= now && at <= now+uint64(freshness) }

// statusPath leads to what a state knows of a call.
func statusPath(id protocol.MessageID) hashtree.Path {
	return hashtree.Path{"request_status", hashtree.Label(id[:])}
}

// readStatus reads what a tree shows under request_status/<id> (reference/interface.md D.5).
func readStatus(tree *hashtree.Mixed, id protocol.MessageID) (s protocol.IngressStatus) {
	leaf := func(name hashtree.Label) ([]byte, bool) {
		value, result := tree.Lookup("request_status", hashtree.Label(id[:]), name)
		return value, result == hashtree.Found
	}
	name, _ := leaf("status")
	s.State = states[string(name)]
	s.Reply, _ = leaf("reply")
	if code, ok := leaf("reject_code"); ok {
		n, _ := binary.Uvarint(code)
		s.Reject.Code = protocol.RejectCode(n)
	}
	message, _ := leaf("reject_message")
	text, _ := leaf("error_code")
	s.Reject.Message, s.Reject.Error = string(message), string(text)
	return s
}

// states inverts protocol.IngressState.String.
var states = map[string]protocol.IngressState{
	"received": protocol.IngressReceived, "processing": protocol.IngressProcessing, "replied": protocol.IngressReplied,
	"rejected": protocol.IngressRejected, "done": protocol.IngressDone,
}
