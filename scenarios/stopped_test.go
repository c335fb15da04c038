package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A user's call that cannot be carried out is answered by the node that it is sent to, and at once (interface.md C, "Delivery
// failures"; rs/http_endpoints/public/src/call.rs: the ingress filter).
func TestCallsThatCannotBeCarriedOutAreAnsweredAtOnce(t *testing.T) {
	r := runText(t, `
name: closed
duration: 30s
crypto: ideal
network: { uniform: 20ms }
subnets: [{ name: app, nodes: 4 }]
users: [owner]
canisters:
  - { name: tally, subnet: app, library: counter, controllers: [owner] }
clients:
  - name: one
    from: 3s
    sequence:
      - { stop: tally, as: owner }
      - { call: tally.inc, reject: IC0508 }
      - { query: tally.get, reject: IC0508 }
      - { start: tally, as: owner }
      - { call: tally.inc, expect: any }
`)
	requireOK(t, r)
	calls := r.Sequences[0].Calls
	for _, i := range []int{1, 2} {
		require.Less(t, calls[i].AtSeconds-calls[i-1].AtSeconds, 0.5, "%s: no block is waited for", calls[i].What)
	}
}
