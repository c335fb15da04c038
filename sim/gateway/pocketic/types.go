package pocketic

import (
	"encoding/json"
	"fmt"
	"math/big"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// The values of PocketIC's interface in JSON (reference/interface.md section G, "Encoding"). Blobs are base64, as encoding/json has
// them; numbers are bare, whatever their size.

type canisterID struct {
	Canister identity `json:"canister_id"`
}

type subnetID struct {
	Subnet identity `json:"subnet_id"`
}

type principalID struct {
	Principal identity `json:"principal_id"`
}

// An identity is a principal as a blob.
type identity struct{ principal.ID }

func (p identity) MarshalJSON() ([]byte, error) { return json.Marshal(blob(p.Bytes())) }

func (p *identity) UnmarshalJSON(raw []byte) error {
	var blob []byte
	err := json.Unmarshal(raw, &blob)
	if err == nil {
		p.ID, err = principal.FromBytes(blob)
	}
	if err != nil {
		return fmt.Errorf("a principal is wanted, in base64: %w", err)
	}
	return nil
}

// canister gives the canister that an identity names.
func (p identity) canister() (protocol.CanisterID, error) {
	id, ok := protocol.CanisterFromPrincipal(p.ID)
	if !ok {
		return 0, bad("%s is no canister", p.ID)
	}
	return id, nil
}

type rawTime struct {
	Nanos uint64 `json:"nanos_since_epoch"`
}

// cycles are a bare number of up to 128 bits.
type cycles struct{ protocol.Cycles }

func (c cycles) MarshalJSON() ([]byte, error) { return []byte(c.String()), nil }

func (c *cycles) UnmarshalJSON(raw []byte) error {
	n, ok := new(big.Int).SetString(string(raw), 10)
	if !ok || n.Sign() < 0 || n.BitLen() > 128 {
		return fmt.Errorf("cycles are a number from 0 to 2^128 − 1, and not %.50s", raw)
	}
	low := new(big.Int).SetUint64(1<<64 - 1)
	c.Lo = low.And(low, n).Uint64()
	c.Hi = n.Rsh(n, 64).Uint64()
	return nil
}

// An effective principal says where a call goes: to a subnet, to that of a canister, or to wherever it belongs.
type effective struct{ subnet, canister *principal.ID }

func (e effective) MarshalJSON() ([]byte, error) {
	switch {
	case e.subnet != nil:
		return json.Marshal(map[string]identity{"SubnetId": {*e.subnet}})
	case e.canister != nil:
		return json.Marshal(map[string]identity{"CanisterId": {*e.canister}})
	}
	return json.Marshal("None")
}

func (e *effective) UnmarshalJSON(raw []byte) error {
	*e = effective{}
	if s := string(raw); s == `"None"` || s == "null" {
		return nil
	}
	var named map[string]identity
	if err := json.Unmarshal(raw, &named); err != nil {
		return fmt.Errorf(`an effective principal is "None", {"SubnetId": …} or {"CanisterId": …}: %w`, err)
	}
	subnet, isSubnet := named["SubnetId"]
	canister, isCanister := named["CanisterId"]
	switch {
	case isSubnet:
		e.subnet = &subnet.ID
	case isCanister:
		e.canister = &canister.ID
	default:
		return fmt.Errorf(`an effective principal is "None", {"SubnetId": …} or {"CanisterId": …}`)
	}
	return nil
}

// A call is an ingress message or query that nobody signed (RawCanisterCall).
type call struct {
	Sender    identity  `json:"sender"`
	Canister  identity  `json:"canister_id"`
	Effective effective `json:"effective_principal"`
	Method    string    `json:"method"`
	Payload   []byte    `json:"payload"`
	Info      *struct {
		Info   []byte   `json:"info"`
		Signer identity `json:"signer"`
	} `json:"sender_info"`
}

// A messageID names a call that was submitted.
type messageID struct {
	Effective effective `json:"effective_principal"`
	Message   []byte    `json:"message_id"`
}

func (m *messageID) id() (id protocol.MessageID, err error) {
	if len(m.Message) != len(id) {
		return id, bad("message_id has %d bytes; want %d", len(m.Message), len(id))
	}
	return protocol.MessageID(m.Message), nil
}

// A result is Rust's: Ok or Err.
type result struct {
	ok     any
	reject *reject
}

func (r result) MarshalJSON() ([]byte, error) {
	if r.reject != nil {
		return json.Marshal(map[string]*reject{"Err": r.reject})
	}
	return json.Marshal(map[string]any{"Ok": r.ok})
}

// blob is a reply, which is never null.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
