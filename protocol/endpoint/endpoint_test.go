package endpoint

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/authentication"
)

const second = protocol.Time(1e9)

var (
	alice = principal.SelfAuthenticating([]byte("alice"))
	bob   = principal.SelfAuthenticating([]byte("bob"))
	own   = principal.SelfAuthenticating([]byte("own subnet"))
	root  = principal.SelfAuthenticating([]byte("root subnet"))
)

// interface.md D.2: [now, now + 5 min + 30 s]; agents look for the words.
func TestExpiryWindow(t *testing.T) {
	const genesis = 1_746_143_718_005_285_297
	now := 1000 * second
	for expiry, fine := range map[protocol.Time]bool{
		now - 1: false, now: true, now + 300*second: true, now + 330*second: true, now + 330*second + 1: false,
	} {
		f := Expiry(expiry, now, genesis)
		require.Equal(t, fine, f.Status == 0, "%s", expiry)
		if !fine {
			require.Equal(t, 400, f.Status)
			require.True(t, strings.HasPrefix(f.Text, "Invalid request expiry: "), f.Text)
		}
		require.Zero(t, ExpiryOfRead(principal.Anonymous(), expiry, now, genesis))
		require.Equal(t, f, ExpiryOfRead(alice, expiry, now, genesis))
	}
}

// interface.md D.2: the effective canister id must match; for management calls that of the argument; anything for creation.
func TestEffectiveCanister(t *testing.T) {
	about := func(method string, arg []byte) (principal.ID, bool, error) {
		switch {
		case method == "create":
			return principal.ID{}, false, nil
		case len(arg) == 0:
			return principal.ID{}, true, errors.New("no argument")
		}
		return protocol.CanisterID(arg[0]).Principal(), true, nil
	}
	for _, v := range []struct {
		canister, effective protocol.CanisterID
		method              string
		arg                 []byte
		says                string
	}{
		{5, 5, "inc", nil, ""},
		{5, 6, "inc", nil, "does not match effective canister id in URL"},
		{protocol.ManagementCanister, 7, "stop", []byte{7}, ""},
		{protocol.ManagementCanister, 8, "stop", []byte{7}, "does not match effective canister id in URL"},
		{protocol.ManagementCanister, 8, "stop", nil, "could not be read"},
		{protocol.ManagementCanister, 8, "create", nil, ""},
	} {
		f := Effective(&protocol.IngressContent{Canister: v.canister, Method: v.method, Arg: v.arg}, v.effective, about)
		require.Equal(t, v.says == "", f.Status == 0, "%+v", v)
		require.Contains(t, f.Text, v.says)
	}
	routing := &protocol.RoutingTable{Ranges: []protocol.CanisterRange{{First: 0, Last: 9, Subnet: 1}}}
	require.Zero(t, Hosted(9, 1, routing))
	require.Contains(t, Hosted(9, 0, routing).Text, "canister_not_found")
	require.Contains(t, Hosted(10, 1, routing).Text, "canister_not_found")
	require.Zero(t, Nonce(make([]byte, 32)))
	require.Equal(t, 400, Nonce(make([]byte, 33)).Status)
	m := protocol.NewSignedIngress(protocol.IngressContent{Method: "inc"}, 0, protocol.Authentication{})
	require.Zero(t, TooLarge(m, &protocol.SubnetRecord{MaxIngressBytes: m.Size()}))
	require.Equal(t, 413, TooLarge(m, &protocol.SubnetRecord{MaxIngressBytes: m.Size() - 1}).Status)
}

// A fixed state: call 1 is alice's to canister 5, call 2 alice's to the management canister; canister 5 hides "secret" from bob.
type fixed struct{}

func (fixed) CallOrigin(id protocol.MessageID) (o protocol.CallOrigin, ok bool) {
	switch id[0] {
	case 1:
		return protocol.CallOrigin{Sender: alice, Receiver: 5}, true
	case 2:
		return protocol.CallOrigin{Sender: alice, Receiver: protocol.ManagementCanister}, true
	}
	return o, false
}

func (fixed) HidesSection(c protocol.CanisterID, name string, from principal.ID) bool {
	return c == 5 && name == "secret" && from == bob
}

func label(id principal.ID) hashtree.Label { return hashtree.Label(id.Bytes()) }

func canister(n protocol.CanisterID) hashtree.Label { return label(n.Principal()) }

func request(n byte) hashtree.Label {
	return hashtree.Label(string([]byte{n}) + strings.Repeat("\x00", 31))
}

// The table of interface.md D.5: who may read what, at a canister's or a subnet's address, of version 2 (flat) or later.
func TestReadRights(t *testing.T) {
	const (
		flat = 1 << iota // allowed at a canister's address, version 2
		tree
		subnetFlat
		subnetTree
		all       = flat | tree | subnetFlat | subnetTree
		canisters = flat | tree
		subnets   = subnetFlat | subnetTree
	)
	for _, v := range []struct {
		path   hashtree.Path
		rights int
		status int // otherwise
	}{
		{hashtree.Path{"time"}, all, 0},
		{hashtree.Path{"time", "x"}, 0, 404},
		{hashtree.Path{}, 0, 404},
		{hashtree.Path{"metadata"}, 0, 404},
		{hashtree.Path{"streams"}, 0, 404},
		{hashtree.Path{"canister"}, 0, 404},
		{hashtree.Path{"canister", canister(5)}, 0, 404},
		{hashtree.Path{"canister", canister(5), "controllers"}, canisters, 404},
		{hashtree.Path{"canister", canister(5), "module_hash"}, canisters, 404},
		{hashtree.Path{"canister", canister(5), "canister_creation_timestamp"}, canisters, 404},
		{hashtree.Path{"canister", canister(5), "last_install_timestamp"}, canisters, 404},
		{hashtree.Path{"canister", canister(5), "certified_data"}, 0, 404},
		{hashtree.Path{"canister", canister(5), "metadata"}, 0, 404},
		{hashtree.Path{"canister", canister(5), "metadata", "candid:service"}, canisters, 404},
		{hashtree.Path{"api_boundary_nodes"}, all, 0},
		{hashtree.Path{"api_boundary_nodes", "n"}, all, 0},
		{hashtree.Path{"api_boundary_nodes", "n", "domain"}, all, 0},
		{hashtree.Path{"api_boundary_nodes", "n", "port"}, 0, 404},
		{hashtree.Path{"subnet"}, all, 0},
		{hashtree.Path{"subnet", label(own)}, all, 0},
		{hashtree.Path{"subnet", label(own), "public_key"}, all, 0},
		{hashtree.Path{"subnet", label(own), "type"}, all, 0},
		{hashtree.Path{"subnet", label(own), "node"}, all, 0},
		{hashtree.Path{"subnet", label(own), "node", "n"}, all, 0},
		{hashtree.Path{"subnet", label(own), "node", "n", "public_key"}, all, 0},
		{hashtree.Path{"subnet", label(own), "node", "n", "port"}, 0, 404},
		{hashtree.Path{"subnet", label(own), "canister_ranges"}, flat | subnetFlat, 404},
		{hashtree.Path{"subnet", label(root), "canister_ranges"}, all, 0},
		{hashtree.Path{"subnet", label(own), "metrics"}, subnets, 404},
		{hashtree.Path{"canister_ranges"}, 0, 404},
		{hashtree.Path{"canister_ranges", label(own)}, subnets, 404},
		{hashtree.Path{"canister_ranges", label(own), canister(5)}, 0, 404},
		{hashtree.Path{"request_status"}, 0, 404},
		{hashtree.Path{"request_status", request(1)}, flat | tree | subnetTree, 404},
		{hashtree.Path{"request_status", request(1), "reply"}, flat | tree | subnetTree, 404},
		{hashtree.Path{"request_status", request(1), "sender"}, 0, 404},
	} {
		for i, m := range []protocol.ReadRequest{{Flat: true}, {}, {Flat: true, Subnet: true}, {Subnet: true}} {
			f := read(m, alice, v.path)
			if v.rights>>i&1 == 1 {
				require.Zero(t, f, "%q by %d", v.path, i)
			} else {
				require.Equal(t, v.status, f.Status, "%q by %d", v.path, i)
			}
		}
	}
}

// read asks with effective canister 5.
func read(m protocol.ReadRequest, sender principal.ID, paths ...hashtree.Path) protocol.Refusal {
	m.Effective = 5
	m.Read = protocol.NewSignedRead(protocol.ReadContent{Sender: sender, Paths: paths}, 0, protocol.Authentication{})
	r := Read{ReadRequest: &m, State: fixed{}, Subnet: own, Root: root}
	return r.Check()
}

func TestReadsOfOthers(t *testing.T) {
	at := protocol.ReadRequest{}
	for _, v := range []struct {
		sender principal.ID
		paths  []hashtree.Path
		status int
		says   string
	}{
		{alice, []hashtree.Path{{"canister", canister(6), "controllers"}}, 400, "does not match requested principal id"},
		{alice, []hashtree.Path{{"canister", hashtree.Label(strings.Repeat("x", 30)), "controllers"}}, 400, "Could not parse principal ID"},
		{alice, []hashtree.Path{{"canister", canister(5), "metadata", "secret"}}, 0, ""},
		{bob, []hashtree.Path{{"canister", canister(5), "metadata", "secret"}}, 403, "by the controllers"},
		{bob, []hashtree.Path{{"canister", canister(5), "metadata", "open"}}, 0, ""},
		{bob, []hashtree.Path{{"canister", canister(5), "metadata", "\xff"}}, 400, "Could not parse the custom section name"},
		{bob, []hashtree.Path{{"request_status", request(1)}}, 403, "not signed by the caller"},
		{principal.Anonymous(), []hashtree.Path{{"request_status", request(1), "status"}}, 403, "not signed by the caller"},
		{bob, []hashtree.Path{{"request_status", request(3)}}, 0, ""}, // nobody knows of it
		{alice, []hashtree.Path{{"request_status", request(2)}}, 0, ""},
		{alice, []hashtree.Path{{"request_status", request(1), "status"}, {"request_status", request(1), "reply"}}, 0, ""},
		{alice, []hashtree.Path{{"request_status", request(1)}, {"request_status", request(2)}}, 400, "More than one"},
		{alice, []hashtree.Path{{"request_status", "short"}}, 400, "32 bytes in length"},
		{alice, make([]hashtree.Path, 1001), 400, "Too many paths"},
		{alice, []hashtree.Path{make(hashtree.Path, 128)}, 400, "too deep"},
		{alice, []hashtree.Path{{"time"}, {"streams"}}, 404, "Invalid path"},
	} {
		f := read(at, v.sender, v.paths...)
		require.Equal(t, v.status, f.Status, "%q", v.paths)
		require.Contains(t, f.Text, v.says)
	}
	m := protocol.ReadRequest{Effective: 6, Read: protocol.NewSignedRead(
		protocol.ReadContent{Sender: alice, Paths: []hashtree.Path{{"request_status", request(1)}}}, 0, protocol.Authentication{})}
	r := Read{ReadRequest: &m, State: fixed{}, Subnet: own, Root: root, Scope: authentication.Scope{}}
	require.Equal(t, 400, r.Check().Status, "the call was for canister 5")
	f := read(protocol.ReadRequest{Subnet: true}, alice, hashtree.Path{"subnet", label(root), "metrics"})
	require.Equal(t, 400, f.Status, "of another subnet")
}

// Readers of versions after 2 do not see flat ranges, but for the root's, under a directory that they may read.
func TestFlatRangesAreHidden(t *testing.T) {
	state := hashtree.Tree{}
	for _, id := range []principal.ID{own, root} {
		for _, name := range []hashtree.Label{"public_key", "canister_ranges", "type"} {
			state = state.SetLeaf(hashtree.Path{"subnet", label(id), name}, []byte("x"))
		}
	}
	sees := func(flat bool, paths ...hashtree.Path) (ofOwn, ofRoot hashtree.Result) {
		m := &protocol.ReadRequest{Flat: flat, Read: &protocol.SignedRead{Content: protocol.ReadContent{Paths: paths}}}
		r := Read{ReadRequest: m, Root: root}
		w := state.Witness(hashtree.Paths(r.Shown(state)...))
		require.Equal(t, state.Digest(), w.Digest())
		_, ofOwn = w.Lookup("subnet", label(own), "canister_ranges")
		_, ofRoot = w.Lookup("subnet", label(root), "canister_ranges")
		return ofOwn, ofRoot
	}
	for _, paths := range [][]hashtree.Path{{{"subnet"}}, {{"subnet", label(own)}, {"subnet", label(root)}}} {
		ofOwn, ofRoot := sees(true, paths...)
		require.Equal(t, []hashtree.Result{hashtree.Found, hashtree.Found}, []hashtree.Result{ofOwn, ofRoot})
		ofOwn, ofRoot = sees(false, paths...)
		require.Equal(t, []hashtree.Result{hashtree.Unknown, hashtree.Found}, []hashtree.Result{ofOwn, ofRoot})
	}
}
