package gateway

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/library"
	"icsim/canister/wasm"
	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/check"
	"icsim/sim/envelope"
	"icsim/sim/gateway/live"
	"icsim/sim/network"
)

// tally is a counter on the one subnet.
const tally protocol.CanisterID = 0

// compiled lets all tests compile the library once.
var compiled = sync.OnceValues(func() (*wasm.Cache, error) { return wasm.NewCache("") })

// A served is a subnet of four nodes with a counter, behind a server. Its blocks may follow each other fast, so that their time stays near
// the real one (package live).
type served struct {
	*httptest.Server
	runner  *live.Runner
	agents  *Agents
	genesis uint64
	root    []byte
	scheme  func() crypto.Scheme
}

func serve(t testing.TB, scheme string) *served {
	paths, err := network.Uniform(20*time.Millisecond, 0)
	require.NoError(t, err)
	module, err := library.Module()
	require.NoError(t, err)
	arg, err := library.Arg("counter", nil)
	require.NoError(t, err)
	modules, err := compiled()
	require.NoError(t, err)
	n := &served{genesis: uint64(time.Now().UnixNano()), scheme: ideal.New}
	if scheme == "bls" {
		n.scheme = bls.New
	}
	session, err := sim.Open(&sim.Config{
		Name: "served", Seed: 1, Genesis: n.genesis, Crypto: scheme, Paths: paths, Bounds: check.DefaultBounds(), Modules: modules,
		Subnets: []sim.Subnet{{
			Name: "app", Places: make([]int, 4), UnitDelay: time.Second, InitialNotaryDelay: 10 * time.Millisecond,
			DKGIntervalLength: 499, MaxIngressBytes: 2 << 20, MaxIngressMessages: 1000, MaxBlockIngress: 4 << 20, MaxBlockPayload: 4 << 20,
		}},
		Canisters: []sim.Canister{{Name: "tally", ID: tally, Module: module, Library: true, Arg: arg, Cycles: protocol.CyclesOf(1e15)}},
	})
	require.NoError(t, err)
	n.root = session.RootKey()
	n.runner = live.Start(session, live.Config{Mode: live.Manual, Factor: 1})
	agents := NewAgents(n.runner, n.genesis, "test")
	n.agents = agents
	require.NoError(t, agents.Await(context.Background()))
	require.NoError(t, n.runner.SetMode(live.Auto))
	n.Server = httptest.NewServer(agents)
	n.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 1000
	t.Cleanup(func() {
		n.Close()
		_, err := n.runner.Close()
		require.NoError(t, err)
	})
	return n
}

// A user signs calls, and verifies what comes of them. A scheme serves one goroutine.
type user struct {
	*served
	scheme crypto.Scheme
	secret crypto.BasicSecretKey
	key    []byte
	nonce  atomic.Uint64
}

func (n *served) user(seed byte) *user {
	scheme := n.scheme()
	secret, public := scheme.BasicKey(crypto.Seed{seed})
	return &user{served: n, scheme: scheme, secret: secret, key: der.WrapEd25519(public)}
}

// content is of a new request to the counter.
func (u *user) content(method string) *protocol.IngressContent {
	expiry := uint64(time.Now().Add(4*time.Minute).UnixNano()) - u.genesis
	nonce := u.nonce.Add(1)
	return &protocol.IngressContent{
		Sender: principal.SelfAuthenticating(u.key), Canister: tally, Method: method, Arg: []byte("DIDL\x00\x00"),
		Expiry: protocol.Time(expiry), Nonce: []byte{byte(nonce), byte(nonce >> 8), byte(nonce >> 16)},
	}
}

// signed writes a request with its id.
func (u *user) signed(e *envelope.Endpoint, c *protocol.IngressContent) (body []byte, id protocol.MessageID) {
	if id = c.RequestID(u.genesis); e.Operation == envelope.Query {
		id = c.QueryID(u.genesis)
	}
	signature := u.scheme.SignBasic(u.secret, protocol.IngressSignable(id))
	return e.AskAs(c, u.genesis, protocol.Authentication{PublicKey: u.key, Signature: signature[:]}), id
}

func (n *served) post(path string, body []byte) (status int, answer []byte, err error) {
	r, err := n.Client().Post(n.URL+path, envelope.ContentType, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	defer r.Body.Close()
	answer, err = io.ReadAll(r.Body)
	return r.StatusCode, answer, err
}

var (
	calls   = &envelope.Endpoint{Operation: envelope.Call, Version: 4, ID: tally.Principal()}
	queries = &envelope.Endpoint{Operation: envelope.Query, Version: 3, ID: tally.Principal()}
)

// call makes an update call and verifies the certificate of its outcome, as agents do. The error says why it is not proven.
func (u *user) call() error {
	body, id := u.signed(calls, u.content("inc"))
	status, answer, err := u.post(calls.Path(), body)
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("status %d, %q: %w", status, answer, err)
	}
	c, err := certificate.Decode(long(answer, "certificate"))
	if err != nil {
		return fmt.Errorf("%q: %w", answer, err)
	}
	if v := c.VerifyForCanister(u.scheme, u.root, tally.Principal()); v != certificate.Valid {
		return fmt.Errorf("the certificate: %s", v)
	}
	if state, _ := c.Tree.Lookup("request_status", hashtree.Label(id[:]), "status"); string(state) != "replied" {
		return fmt.Errorf("the call is %q", state)
	}
	return nil
}

// long gives the byte string at a key of a CBOR map, of 256 bytes or more.
func long(answer []byte, key string) []byte {
	_, rest, found := bytes.Cut(answer, []byte(key))
	if !found || len(rest) < 3 || rest[0] != 0x59 {
		return nil
	}
	size := int(rest[1])<<8 | int(rest[2])
	return rest[3:min(3+size, len(rest))]
}
