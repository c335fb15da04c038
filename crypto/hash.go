package crypto

import (
	"crypto/sha256"
	"encoding/hex"
)

// Hash is a SHA-256 digest. Typed hashes (protocol.BlockHash and others) are distinct types over it.
type Hash [32]byte

// String gives the first eight hexadecimal digits: enough to tell two hashes apart in a trace.
func (h Hash) String() string { return hex.EncodeToString(h[:4]) }

// Hex gives all 64 hexadecimal digits.
func (h Hash) Hex() string { return hex.EncodeToString(h[:]) }

// Sum hashes content under a domain: SHA-256 over one byte of length, the domain, the content.
// The prefix keeps hashes of different types apart (rs/types/types/src/crypto/hash.rs).
// The domain has at most 255 bytes.
func Sum(domain string, content ...[]byte) Hash {
	h := sha256.New()
	h.Write([]byte{byte(len(domain))})
	h.Write([]byte(domain))
	for _, c := range content {
		h.Write(c)
	}
	var out Hash
	h.Sum(out[:0])
	return out
}

// Signable gives the bytes a key signs for content of a domain: one byte of length, the domain,
// the content (rs/types/types/src/crypto/sign.rs).
func Signable(domain string, content []byte) []byte {
	out := make([]byte, 0, 1+len(domain)+len(content))
	out = append(out, byte(len(domain)))
	out = append(out, domain...)
	return append(out, content...)
}

// The domains of what nodes sign and hash; reference/protocol.md section E.
const (
	DomainBlock           = "block_domain"
	DomainPayload         = "payload_domain"
	DomainBlockMetadata   = "block_metadata_domain"
	DomainNotarization    = "notarization_content_domain"
	DomainFinalization    = "finalization_content_domain"
	DomainRandomBeacon    = "random_beacon_content_domain"
	DomainRandomTape      = "random_tape_content_domain"
	DomainCatchUp         = "catch_up_content_domain"
	DomainCertification   = "ic-state-root"
	DomainOutcall         = "ic-crypto-hash-of-canister-http-response-metadata-domain"
	DomainRequest         = "ic-request"
	DomainResponse        = "ic-response"
	DomainDelegation      = "ic-request-auth-delegation"
	DomainSenderInfo      = "ic-sender-info"
	DomainMultiPossession = "ic-multi-sig-bls12381-pop"
	DomainDealingContent  = "dkg-dealing-content"
	DomainIDKGDealing     = "ic-idkg-dealing-domain"
	DomainIDKGSupport     = "ic-idkg-dealing-support-domain"
	DomainIDKGComplaint   = "ic-threshold-ecdsa-complaint-domain"
	DomainIDKGOpening     = "ic-threshold-ecdsa-opening-domain"
	DomainDealing         = "dkg_dealing_domain" // as the next: a name of ours for what only travels inside other artifacts
	DomainTranscript      = "dkg_transcript_domain"
)
