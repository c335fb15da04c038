package envelope

import (
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/boundary"
)

// Bounds of what a request may hold, beside its size (reference/interface.md D.2).
const (
	maxElements = 2000 // of an array or map: paths and delegation targets are at most 1000
	maxNesting  = 16
)

type wireEnvelope struct {
	Content    cbor.RawMessage  `cbor:"content"`
	PublicKey  []byte           `cbor:"sender_pubkey"`
	Delegation []wireDelegation `cbor:"sender_delegation"`
	Signature  []byte           `cbor:"sender_sig"`
}

type wireDelegation struct {
	Delegation struct {
		PublicKey   []byte    `cbor:"pubkey"`
		Expiration  natural   `cbor:"expiration"`
		Targets     *[][]byte `cbor:"targets"`
		Permissions string    `cbor:"permissions"`
	} `cbor:"delegation"`
	Signature []byte `cbor:"signature"`
}

type wireContent struct {
	Type   string    `cbor:"request_type"`
	Nonce  []byte    `cbor:"nonce"`
	Expiry *natural  `cbor:"ingress_expiry"`
	Sender *[]byte   `cbor:"sender"`
	To     *[]byte   `cbor:"canister_id"`
	Method *string   `cbor:"method_name"`
	Arg    *[]byte   `cbor:"arg"`
	Paths  *[]path   `cbor:"paths"`
	Info   *wireInfo `cbor:"sender_info"`
}

type path [][]byte

type wireInfo struct {
	Info      []byte `cbor:"info"`
	Signer    []byte `cbor:"signer"`
	Signature []byte `cbor:"sig"`
}

// A natural number of at most 64 bits, which some agents write as a big one.
type natural uint64

func (n *natural) UnmarshalCBOR(raw []byte) error {
	var v big.Int
	if err := cbor.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("a number is wanted")
	}
	if !v.IsUint64() {
		return fmt.Errorf("the number %s is out of range; want 0 to 2^64 − 1", &v)
	}
	*n = natural(v.Uint64())
	return nil
}

// Request reads what is sent to an endpoint, for the boundary node. genesis is the run's, in Unix nanoseconds.
func (e *Endpoint) Request(body []byte, genesis uint64) (*boundary.Request, *protocol.Refusal) {
	var w wireEnvelope
	if err := unmarshal(body, &w); err != nil {
		return nil, malformed(err)
	}
	if len(w.Content) == 0 {
		return nil, malformed(fmt.Errorf("it has no content"))
	}
	var c wireContent
	if err := unmarshal(w.Content, &c); err != nil {
		return nil, malformed(fmt.Errorf("content: %w", err))
	}
	auth, err := w.authentication()
	if err != nil {
		return nil, malformed(err)
	}
	r, effective := &boundary.Request{}, protocol.ManagementCanister
	if e.Subnet {
		r.Subnet = e.ID
	} else {
		var known bool
		if effective, known = protocol.CanisterFromPrincipal(e.ID); !known {
			return nil, refuse(badRequest, "canister_not_found: %s is no canister", e.ID)
		}
	}
	if e.Operation == ReadState {
		err = e.read(r, &c, genesis, auth, effective)
	} else {
		err = e.ask(r, &c, genesis, auth, effective)
	}
	if err != nil {
		return nil, malformed(err)
	}
	return r, nil
}

func malformed(err error) *protocol.Refusal {
	return refuse(badRequest, "malformed request: %v", err)
}

func (w *wireEnvelope) authentication() (a protocol.Authentication, err error) {
	a.PublicKey, a.Signature = w.PublicKey, w.Signature
	for i := range w.Delegation {
		d := &w.Delegation[i]
		signed := protocol.SignedDelegation{Signature: d.Signature, Delegation: protocol.Delegation{
			PublicKey: d.Delegation.PublicKey, Expiration: uint64(d.Delegation.Expiration), Permissions: d.Delegation.Permissions,
		}}
		if targets := d.Delegation.Targets; targets != nil {
			signed.Scoped = true
			for _, raw := range *targets {
				id, err := principal.FromBytes(raw)
				if err != nil {
					return a, fmt.Errorf("delegation %d: targets: %w", i, err)
				}
				signed.Targets = append(signed.Targets, id)
			}
		}
		a.Delegations = append(a.Delegations, signed)
	}
	return a, nil
}

// sender takes what all requests have.
func (c *wireContent) sender(want string) (principal.ID, error) {
	switch {
	case c.Type != want:
		return principal.ID{}, fmt.Errorf("content: request_type is %q, this endpoint takes %q", c.Type, want)
	case c.Sender == nil:
		return principal.ID{}, fmt.Errorf("content: sender is missing")
	case c.Expiry == nil:
		return principal.ID{}, fmt.Errorf("content: ingress_expiry is missing")
	}
	id, err := principal.FromBytes(*c.Sender)
	if err != nil {
		return id, fmt.Errorf("content: sender: %w", err)
	}
	return id, nil
}

// expiry is in the run's time. It wraps around where Unix time does not fit; request ids wrap back.
func (c *wireContent) expiry(genesis uint64) protocol.Time {
	return protocol.Time(uint64(*c.Expiry) - genesis)
}

// ask takes a call or a query.
func (e *Endpoint) ask(
	r *boundary.Request, c *wireContent, genesis uint64, auth protocol.Authentication, effective protocol.CanisterID,
) error {
	sender, err := c.sender(string(e.Operation))
	switch {
	case err != nil:
		return err
	case c.To == nil:
		return fmt.Errorf("content: canister_id is missing")
	case c.Method == nil:
		return fmt.Errorf("content: method_name is missing")
	case c.Arg == nil:
		return fmt.Errorf("content: arg is missing")
	}
	to, err := principal.FromBytes(*c.To)
	if err != nil {
		return fmt.Errorf("content: canister_id: %w", err)
	}
	canister, known := protocol.CanisterFromPrincipal(to)
	if !known {
		return fmt.Errorf("content: canister_id %s is no canister", to)
	}
	content := protocol.IngressContent{
		Sender: sender, Canister: canister, Method: *c.Method, Arg: *c.Arg, Expiry: c.expiry(genesis), Nonce: c.Nonce,
	}
	if i := c.Info; i != nil {
		signer, err := principal.FromBytes(i.Signer)
		if err != nil {
			return fmt.Errorf("content: sender_info: signer: %w", err)
		}
		content.Info = &protocol.SenderInfo{Info: i.Info, Signer: signer, Signature: i.Signature}
	}
	if e.Operation == Query {
		r.Query = &protocol.QueryRequest{Query: protocol.NewSignedQuery(content, genesis, auth), Effective: effective}
		return nil
	}
	r.Call = &protocol.CallRequest{
		Ingress: protocol.NewSignedIngress(content, genesis, auth), Effective: effective, Async: e.Version == 2, Flat: e.Version < 4,
	}
	return nil
}

func (e *Endpoint) read(
	r *boundary.Request, c *wireContent, genesis uint64, auth protocol.Authentication, effective protocol.CanisterID,
) error {
	sender, err := c.sender("read_state")
	switch {
	case err != nil:
		return err
	case c.Paths == nil:
		return fmt.Errorf("content: paths are missing")
	}
	content := protocol.ReadContent{Sender: sender, Expiry: c.expiry(genesis), Nonce: c.Nonce}
	for _, labels := range *c.Paths {
		p := make(hashtree.Path, len(labels))
		for i, label := range labels {
			p[i] = hashtree.Label(label)
		}
		content.Paths = append(content.Paths, p)
	}
	r.Read = &protocol.ReadRequest{
		Read: protocol.NewSignedRead(content, genesis, auth), Effective: effective, Subnet: e.Subnet, Flat: e.Version == 2,
	}
	return nil
}

// unmarshal reads CBOR, self-described or not.
func unmarshal(raw []byte, into any) error { return decoding.Unmarshal(raw, into) }

// decoding is made once: that costs more than reading a request.
var decoding = decodingMode()

func decodingMode() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		MaxNestedLevels: maxNesting, MaxArrayElements: maxElements, MaxMapPairs: maxElements,
	}.DecMode()
	if err != nil {
		panic(fmt.Sprintf("envelope: CBOR options: %v", err))
	}
	return mode
}
