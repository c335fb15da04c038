package authentication

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto/principal"
	"icsim/crypto/userkey"
	"icsim/crypto/userkey/userkeytest"
	"icsim/protocol"
)

// draw makes a chain that is valid, with distinct keys of all kinds.
func (w *world) draw(t *rapid.T) chain {
	var c chain
	n := rapid.IntRange(0, 4).Draw(t, "delegations")
	for i := range n + 1 {
		kinds := slices.DeleteFunc(userkeytest.Kinds(), func(k userkey.Kind) bool {
			return (k == userkey.RSA || k == userkey.WebAuthnRSA) && i > 0 // keys of RSA are all one, and one may not sign requests
		})
		kinds = slices.DeleteFunc(kinds, func(k userkey.Kind) bool { return k == userkey.RSA && n == 0 })
		signer := w.Simulated(i)
		kind := rapid.SampledFrom(append(kinds, userkey.Ed25519)).Draw(t, "kind")
		if kind != userkey.Ed25519 || rapid.Bool().Draw(t, "real") {
			signer = w.New(kind, i)
		}
		c.signers = append(c.signers, signer)
	}
	for range n {
		link := protocol.Delegation{
			Expiration:  now + rapid.Uint64Range(0, 1e18).Draw(t, "expiry"),
			Scoped:      rapid.Bool().Draw(t, "scoped"),
			Permissions: rapid.SampledFrom([]string{"", "all", "queries"}).Draw(t, "permissions"),
		}
		if link.Scoped {
			for _, target := range rapid.SliceOfN(rapid.IntRange(0, 5), 0, 6).Draw(t, "targets") {
				link.Targets = append(link.Targets, principal.Canister(uint64(target)))
			}
		}
		c.links = append(c.links, link)
	}
	return c
}

// A chain in which each key signs for the next is valid, and leaves what all its delegations leave.
func TestChainsAreValidAndTheirScopesIntersect(t *testing.T) {
	w := newWorld()
	rapid.Check(t, func(t *rapid.T) {
		c := w.draw(t)
		scope, fault := w.judge(c)
		require.Empty(t, fault)
		restricted := slices.ContainsFunc(c.links, func(d protocol.Delegation) bool { return d.Permissions == "queries" })
		require.Equal(t, restricted, scope.QueriesOnly)
		for _, canister := range append(canisters(0, 7), principal.Management()) {
			within := !slices.ContainsFunc(c.links, func(d protocol.Delegation) bool {
				return d.Scoped && !slices.Contains(d.Targets, canister)
			})
			require.Equal(t, within, scope.Allows(canister), "%s in %v", canister, c.links)
			require.Equal(t, within, scope.Forbids(canister, false) == Fault{})
			require.Equal(t, within && !scope.QueriesOnly, scope.Forbids(canister, true) == Fault{})
		}
	})
}

func TestForbiddenHasItsWords(t *testing.T) {
	s := Scope{QueriesOnly: true, limited: true}
	require.Equal(t, ReasonQueriesOnly, s.Forbids(principal.Management(), true).Reason)
	require.Equal(t, Fault{ReasonTarget, "Canister 'aaaaa-aa' is not one of the delegation targets."},
		s.Forbids(principal.Management(), false))
}

// A mutation changes one thing of a request after it was signed, or returns false where there is nothing to change. The
// fault then has the reason.
type mutation struct {
	name   string
	reason string
	change func(t *rapid.T, a *protocol.Authentication, r *Request) bool
}

func mutations() []mutation {
	link := func(change func(t *rapid.T, d *protocol.SignedDelegation) bool) func(*rapid.T, *protocol.Authentication, *Request) bool {
		return func(t *rapid.T, a *protocol.Authentication, _ *Request) bool {
			if len(a.Delegations) == 0 {
				return false
			}
			return change(t, &a.Delegations[rapid.IntRange(0, len(a.Delegations)-1).Draw(t, "link")])
		}
	}
	return []mutation{
		{"sender", ReasonSender, func(t *rapid.T, a *protocol.Authentication, r *Request) bool {
			raw := flip(t, r.Sender.Bytes())
			r.Sender, _ = principal.FromBytes(raw)
			return !r.Sender.IsAnonymous()
		}},
		{"sender's key", ReasonSender, func(t *rapid.T, a *protocol.Authentication, r *Request) bool {
			a.PublicKey = flip(t, a.PublicKey)
			return true
		}},
		{"id", ReasonSignature, func(t *rapid.T, a *protocol.Authentication, r *Request) bool {
			r.ID = protocol.MessageID(flip(t, r.ID[:]))
			return true
		}},
		{"signature", ReasonSignature, func(t *rapid.T, a *protocol.Authentication, r *Request) bool {
			a.Signature = flip(t, a.Signature)
			return true
		}},
		{"key delegated to", ReasonDelegation, link(func(t *rapid.T, d *protocol.SignedDelegation) bool {
			d.PublicKey = flip(t, d.PublicKey)
			return true
		})},
		{"signature of a delegation", ReasonDelegation, link(func(t *rapid.T, d *protocol.SignedDelegation) bool {
			d.Signature = flip(t, d.Signature)
			return true
		})},
		{"later expiry", ReasonDelegation, link(func(t *rapid.T, d *protocol.SignedDelegation) bool {
			d.Expiration++
			return true
		})},
		{"expiry in the past", ReasonDelegationExpired, link(func(t *rapid.T, d *protocol.SignedDelegation) bool {
			d.Expiration = rapid.Uint64Range(0, now-1).Draw(t, "expiry")
			return true
		})},
		{"one target more", ReasonDelegation, link(func(t *rapid.T, d *protocol.SignedDelegation) bool {
			d.Targets = append(slices.Clone(d.Targets), principal.Canister(9))
			return d.Scoped
		})},
		{"one target less", ReasonDelegation, link(func(t *rapid.T, d *protocol.SignedDelegation) bool {
			if len(d.Targets) == 0 {
				return false
			}
			d.Targets = d.Targets[1:]
			return true
		})},
		{"no more scoped", ReasonDelegation, link(func(t *rapid.T, d *protocol.SignedDelegation) bool {
			d.Scoped = !d.Scoped
			return true
		})},
		{"another permission", ReasonDelegation, link(func(t *rapid.T, d *protocol.SignedDelegation) bool {
			old := d.Permissions
			d.Permissions = rapid.SampledFrom([]string{"", "all", "queries", "none"}).Draw(t, "permission")
			return d.Permissions != old
		})},
		{"order", ReasonDelegation, func(t *rapid.T, a *protocol.Authentication, r *Request) bool {
			if len(a.Delegations) < 2 {
				return false
			}
			i := rapid.IntRange(1, len(a.Delegations)-1).Draw(t, "link")
			a.Delegations[i-1], a.Delegations[i] = a.Delegations[i], a.Delegations[i-1]
			return true
		}},
		{"first link missing", "", func(t *rapid.T, a *protocol.Authentication, r *Request) bool {
			if len(a.Delegations) == 0 {
				return false
			}
			a.Delegations = a.Delegations[1:]
			return true
		}},
		{"last link missing", ReasonSignature, func(t *rapid.T, a *protocol.Authentication, r *Request) bool {
			if len(a.Delegations) == 0 {
				return false
			}
			a.Delegations = a.Delegations[:len(a.Delegations)-1]
			return true
		}},
	}
}

// Nothing that a chain says may be changed by those who carry it.
func TestAnyChangeIsRefusedWithItsReason(t *testing.T) {
	w := newWorld()
	tried := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		c := w.draw(t)
		id := protocol.MessageID(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "id"))
		for _, m := range mutations() {
			a, r := c.authenticate(id), Request{Sender: c.sender(), ID: id}
			if !m.change(t, a, &r) {
				continue
			}
			tried[m.name]++
			_, fault := Judge(w.keys, 1, a, r, now)
			require.NotEmpty(t, fault.Text, m.name)
			if m.reason != "" {
				require.Equal(t, m.reason, fault.Reason, "%s: %s", m.name, fault.Text)
			}
		}
	})
	require.Len(t, tried, len(mutations()), "some mutation was never tried")
}

// flip changes a bit that counts.
func flip(t *rapid.T, raw []byte) []byte {
	raw = bytes.Clone(raw)
	raw[rapid.SampledFrom(userkeytest.Meaningful(raw)).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
	return raw
}
