package site

import (
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister"
	"icsim/canister/library"
	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/protocol"
)

const genesis = 1_700_000_000_000_000_000

// A network is one subnet, the root, with an executor; what is called is executed at once.
type network struct {
	testing.TB
	mutex    sync.Mutex
	executor *canister.Executor
	state    *canister.State
	ctx      protocol.RoundContext
	nonce    uint64
	scheme   crypto.Scheme
	group    *crypto.ThresholdGroup
	secret   []crypto.ThresholdSecretKey
}

var executor = sync.OnceValue(func() *canister.Executor { return canister.NewExecutor(canister.Config{}) })

// newNetwork hosts sites with these settings under the ids 1, 2, …; a canister with an empty module follows.
func newNetwork(t testing.TB, sites ...map[string]any) *network {
	t.Helper()
	module, err := library.Module()
	if err != nil {
		t.Skip(err)
	}
	n := &network{
		TB: t, executor: executor(), scheme: ideal.New(),
		ctx: protocol.RoundContext{Subnet: 1, SubnetPrincipal: principal.SelfAuthenticating([]byte("subnet")), Nodes: 13, Genesis: genesis},
	}
	n.group, n.secret = n.scheme.Deal(crypto.Seed{1}, 1, 1)
	cycles := protocol.CyclesOf(1e15)
	var installs []canister.Install
	for _, settings := range sites {
		arg, err := library.Arg("site", settings)
		require.NoError(t, err)
		id := protocol.CanisterID(len(installs) + 1)
		installs = append(installs, canister.Install{ID: id, Module: module, Library: true, Arg: arg, Cycles: cycles})
	}
	empty := protocol.CanisterID(len(installs) + 1)
	installs = append(installs, canister.Install{ID: empty, Module: []byte("\x00asm\x01\x00\x00\x00"), Cycles: cycles})
	n.state, err = n.executor.Genesis(&n.ctx, installs)
	require.NoError(t, err)
	return n
}

func (n *network) number(id principal.ID) (protocol.CanisterID, error) {
	number, ok := id.CanisterNumber()
	if !ok || !n.state.HasCanister(protocol.CanisterID(number)) {
		return 0, &Rejected{protocol.Reject{Code: protocol.DestinationInvalid, Message: "Canister " + id.String() + " not found."}}
	}
	return protocol.CanisterID(number), nil
}

// certificate is of a canister's certified data.
func (n *network) certificate(canisters hashtree.Tree, id principal.ID) []byte {
	state := hashtree.Tree{}.SetLeaf(hashtree.Path{"time"}, binary.AppendUvarint(nil, n.now())).
		SetSubtree(hashtree.Path{"canister"}, canisters)
	root := state.Digest()
	msg := crypto.Signable(crypto.DomainCertification, root[:])
	sig, _ := n.scheme.CombineThreshold(n.group, msg, []crypto.IndexedShare{{Share: n.scheme.SignThreshold(n.secret[0], msg)}})
	shown := hashtree.Paths(hashtree.Path{"time"}, hashtree.Path{"canister", hashtree.Label(id.Bytes()), "certified_data"})
	return (&certificate.Certificate{Tree: state.Witness(shown), Signature: sig}).Encode()
}

func (n *network) Query(id principal.ID, method string, arg []byte) ([]byte, error) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	number, err := n.number(id)
	if err != nil {
		return nil, err
	}
	a := n.executor.Query(n.state, &n.ctx, &protocol.IngressContent{
		Sender: principal.Anonymous(), Canister: number, Method: method, Arg: arg,
	}, n.certificate(n.state.Tree(), id))
	if a.Reject.Code != 0 {
		return nil, &Rejected{a.Reject}
	}
	return a.Reply, nil
}

func (n *network) Call(id principal.ID, method string, arg []byte) ([]byte, error) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	number, err := n.number(id)
	if err != nil {
		return nil, err
	}
	n.nonce++
	n.ctx.Time += protocol.Time(time.Second)
	n.ctx.Height++
	round := n.executor.Begin(n.state, &n.ctx)
	update := round.InductIngress(protocol.NewSignedIngress(protocol.IngressContent{
		Sender: principal.Anonymous(), Canister: number, Method: method, Arg: arg, Expiry: n.ctx.Time + protocol.IngressTTL,
		Nonce: binary.BigEndian.AppendUint64(nil, n.nonce),
	}, genesis, protocol.Authentication{}))
	round.Execute()
	state, outcome := round.Commit()
	n.state = state.(*canister.State)
	for _, u := range append([]protocol.IngressUpdate{update}, outcome.Ingress...) {
		switch u.Status.State {
		case protocol.IngressReplied:
			return u.Status.Reply, nil
		case protocol.IngressRejected:
			return nil, &Rejected{u.Status.Reject}
		}
	}
	n.Fatal("a call without an answer")
	return nil, nil
}

func (n *network) Metadata(id principal.ID, name string) ([]byte, bool, error) {
	value, ok := n.state.Tree().Leaf(hashtree.Label(id.Bytes()), "metadata", hashtree.Label(name))
	return value, ok, nil
}

func (n *network) RootKey() []byte              { return der.WrapBLS(n.group.Key) }
func (n *network) now() uint64                  { return genesis + uint64(n.ctx.Time) }
func (n *network) Now() uint64                  { return n.now() }
func (n *network) Scheme() certificate.Verifier { return n.scheme }

// host is that of a canister.
func host(number uint64, more string) string {
	return principal.Canister(number).String() + more + ".localhost:4943"
}

// request plays a browser.
func request(b Backend, method, host, url string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, strings.NewReader(""))
	r.Host = host
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	NewHandler(b).ServeHTTP(w, r)
	return w
}

func get(b Backend, number uint64, url string) *httptest.ResponseRecorder {
	return request(b, "GET", host(number, ""), url)
}
