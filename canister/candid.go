package canister

import (
	"bytes"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// The few Candid values of the management methods here, each in the one form that libraries write it in
// (interface.md section F). A codec for all of Candid comes with the whole management canister.

// candidNothing is ().
func candidNothing() []byte { return []byte("DIDL\x00\x00") }

// candidBlob is (blob), of less than 128 bytes.
func candidBlob(b []byte) []byte {
	out := append([]byte("DIDL\x01\x6d\x7b\x01\x00"), byte(len(b)))
	return append(out, b...)
}

// candidCanisterID reads (record { canister_id : principal }); field ids are hashes of names.
func candidCanisterID(arg []byte) (protocol.CanisterID, bool) {
	const head = "DIDL\x01\x6c\x01\xb3\xc4\xb1\xf2\x04\x68\x01\x00\x01" // one record type, one value, a transparent reference
	raw, ok := bytes.CutPrefix(arg, []byte(head))
	if !ok || len(raw) == 0 || int(raw[0]) != len(raw)-1 {
		return 0, false
	}
	id, err := principal.FromBytes(raw[1:])
	if err != nil {
		return 0, false
	}
	return protocol.CanisterFromPrincipal(id)
}
