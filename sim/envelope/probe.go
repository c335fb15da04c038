package envelope

import (
	"icsim/crypto/principal"
)

// Probe makes the request that tells whether a subnet answers: anybody may read its time, with any expiry.
func Probe(subnet principal.ID) (at Endpoint, body []byte) {
	type content struct {
		Type   string     `cbor:"request_type"`
		Sender []byte     `cbor:"sender"`
		Paths  [][][]byte `cbor:"paths"`
		Expiry uint64     `cbor:"ingress_expiry"`
	}
	e := struct {
		Content content `cbor:"content"`
	}{content{Type: string(ReadState), Sender: principal.Anonymous().Bytes(), Paths: [][][]byte{{[]byte("time")}}}}
	return Endpoint{Operation: ReadState, Version: 3, Subnet: true, ID: subnet}, encoded(e).Body
}
