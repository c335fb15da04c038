package envelope

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// Ask writes what an agent without an identity sends to a call or query endpoint: what Request reads. genesis is the run's, in Unix
// nanoseconds. The content's sender does not count.
func (e *Endpoint) Ask(c *protocol.IngressContent, genesis uint64) []byte {
	return anonymous(map[string]any{
		"request_type": string(e.Operation), "ingress_expiry": genesis + uint64(c.Expiry), "nonce": c.Nonce,
		"canister_id": c.Canister.Principal().Bytes(), "method_name": c.Method, "arg": c.Arg,
	})
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

func anonymous(content map[string]any) []byte {
	content["sender"] = principal.Anonymous().Bytes()
	raw, err := cbor.Marshal(cbor.Tag{Number: selfDescribed, Content: map[string]any{"content": content}})
	if err != nil {
		panic(fmt.Sprintf("envelope: encoding a request: %v", err)) // byte strings, texts and numbers only: cannot fail
	}
	return raw
}
