package workload

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// CertifiedBy gives the verifier of a client that trusts a subnet's key (in DER) for a canister. It decodes and checks
// certificates as agents do.
func CertifiedBy(s crypto.Scheme, key []byte, canister principal.ID) Verifier {
	return func(id protocol.MessageID, raw []byte) (protocol.IngressStatus, bool) {
		cert, err := certificate.Decode(raw)
		if err != nil || cert.VerifyForCanister(s, key, canister) != certificate.Valid {
			return protocol.IngressStatus{}, false
		}
		return readStatus(cert.Tree, id), true
	}
}

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
