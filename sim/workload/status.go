package workload

import (
	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/messaging"
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
		return messaging.ShownStatus(cert.Tree, id), true
	}
}

// isFresh tells whether a time lies within freshness of another, both in Unix nanoseconds.
func isFresh(at, now uint64) bool { return at+uint64(freshness) >= now && at <= now+uint64(freshness) }
