package envelope

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// Ask writes what an agent without an identity sends to a call or query endpoint: what Request reads. genesis is the run's, in Unix
// nanoseconds. The content's sender does not count.
func (e *Endpoint) Ask(c *protocol.IngressContent, genesis uint64) []byte {
	return anonymous(e.asking(c, genesis))
}

// AskAs writes the same for an agent with an identity: the content's sender, who signs without a delegation.
func (e *Endpoint) AskAs(c *protocol.IngressContent, genesis uint64, auth protocol.Authentication) []byte {
	content := e.asking(c, genesis)
	content["sender"] = c.Sender.Bytes()
	return written(map[string]any{"content": content, "sender_pubkey": auth.PublicKey, "sender_sig": auth.Signature})
}

func (e *Endpoint) asking(c *protocol.IngressContent, genesis uint64) map[string]any {
	return map[string]any{
		"request_type": string(e.Operation), "ingress_expiry": genesis + uint64(c.Expiry), "nonce": c.Nonce,
		"canister_id": c.Canister.Principal().Bytes(), "method_name": c.Method, "arg": c.Arg,
	}
}

// AskState writes the same for a read_state endpoint.
func (e *Endpoint) AskState(c *protocol.ReadContent, genesis uint64) []byte {
	paths := make([][][]byte, len(c.Paths))
	for i, p := range c.Paths {
		for _, label := range p {
			paths[i] = append(paths[i], []byte(label))
		}
	}
	return anonymous(map[string]any{
		"request_type": string(e.Operation), "ingress_expiry": genesis + uint64(c.Expiry), "nonce": c.Nonce, "paths": paths,
	})
}

// Probe makes the request that tells whether a subnet answers: anybody may read its time, with any expiry.
func Probe(subnet principal.ID) (at Endpoint, body []byte) {
	at = Endpoint{Operation: ReadState, Version: 3, Subnet: true, ID: subnet}
	return at, at.AskState(&protocol.ReadContent{Paths: []hashtree.Path{{"time"}}}, 0)
}

func anonymous(content map[string]any) []byte {
	content["sender"] = principal.Anonymous().Bytes()
	return written(map[string]any{"content": content})
}

func written(envelope map[string]any) []byte {
	raw, err := cbor.Marshal(cbor.Tag{Number: selfDescribed, Content: envelope})
	if err != nil {
		panic(fmt.Sprintf("envelope: encoding a request: %v", err)) // byte strings, texts and numbers only: cannot fail
	}
	return raw
}
