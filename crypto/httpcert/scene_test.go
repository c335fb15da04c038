package httpcert

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

const now = 1_700_000_000_000_000_000

// A subnet is one with a dealt key.
type subnet struct {
	scheme crypto.Scheme
	group  *crypto.ThresholdGroup
	secret []crypto.ThresholdSecretKey
}

func newSubnet(scheme crypto.Scheme, seed byte) *subnet {
	s := &subnet{scheme: scheme}
	s.group, s.secret = scheme.Deal(crypto.Seed{seed}, 1, 1)
	return s
}

func (s *subnet) der() []byte { return der.WrapBLS(s.group.Key) }

func (s *subnet) certify(state hashtree.Tree, d *certificate.Delegation, shown ...hashtree.Path) *certificate.Certificate {
	root := state.Digest()
	msg := crypto.Signable(crypto.DomainCertification, root[:])
	sig, _ := s.scheme.CombineThreshold(s.group, msg,
		[]crypto.IndexedShare{{Index: 0, Share: s.scheme.SignThreshold(s.secret[0], msg)}})
	return &certificate.Certificate{Tree: state.Witness(hashtree.Paths(shown...)), Signature: sig, Delegation: d}
}

// A scene is a request with its response, and all that goes into the certificate; a test changes what it is about.
type scene struct {
	scheme    crypto.Scheme
	root, app *subnet

	canister  principal.ID // that is asked
	certified principal.ID // that the certificate tells of
	time      uint64       // of the certificate
	min       int          // least version that is accepted

	request  Request
	response Response // without its certificate

	expression string                        // "": no header
	entries    []entry                       // of the tree
	path       []string                      // that the header names; nil: none
	shown      []hashtree.Path               // of the tree; nil: everything
	version    string                        // of the header; "": none
	edit       func(header string) string    // of the header
	pair       func(*Request, *Response)     // changes them after certification
	others     []hashtree.Path               // empty leaves of the tree beside entries
	data       func(root crypto.Hash) []byte // the certified data, if not the root
}

// An entry is a response that a tree certifies.
type entry struct {
	path       []string
	expression string
	request    *Request // nil: none of it is certified
	response   *Response
}

const (
	full = `default_certification(ValidationArgs{certification:Certification{request_certification:RequestCertification{` +
		`certified_request_headers:["Accept","x-token"],certified_query_parameters:["q","lang"]},` +
		`response_certification:ResponseCertification{certified_response_headers:ResponseHeaderList{headers:["Content-Type","etag"]}}}})`
	responseOnly = `default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},` +
		`response_certification:ResponseCertification{response_header_exclusions:ResponseHeaderList{headers:["date"]}}}})`
	none = `default_certification(ValidationArgs{no_certification:Empty{}})`
)

// newScene is a request of /docs/intro with a response that is certified, all of it.
func newScene(scheme crypto.Scheme) *scene {
	s := &scene{
		scheme: scheme, root: newSubnet(scheme, 1), app: newSubnet(scheme, 2),
		canister: principal.Canister(15), certified: principal.Canister(15), time: now, version: "2",
		request: Request{
			Method: "GET", URL: "/docs/intro?q=1&page=2&lang=en",
			Headers: []Field{{"Accept", "text/html"}, {"host", "localhost"}, {"accept", "text/plain"}},
		},
		response: Response{
			Status: 200, Body: []byte("<h1>Introduction</h1>"),
			Headers: []Field{{"Content-Type", "text/html"}, {"Date", "today"}, {"ETag", "7"}, {"Etag", "8"}},
		},
	}
	s.use(full, pathPrefix, "docs", "intro", exact)
	return s
}

// use has the response certified by an expression at a path, and nothing else.
func (s *scene) use(expression string, path ...string) {
	s.expression, s.path = expression, path
	e := entry{path: path, expression: expression, response: &s.response}
	if expression == full {
		e.request = &s.request
	}
	s.entries = []entry{e}
}

// leaf is where an entry's empty leaf is.
func (e *entry) leaf() (hashtree.Path, error) {
	x, err := ParseExpression(e.expression)
	if err != nil {
		return append(labels(e.path), label(sum(e.expression))), nil
	}
	at := append(labels(e.path), label(sum(e.expression)))
	if x.None {
		return at, nil
	}
	request := hashtree.Label("")
	if x.Request != nil {
		request = label(RequestHash(e.request, x.Request))
	}
	r := *e.response
	r.Headers = append([]Field{{ExpressionHeader, e.expression}}, r.Headers...)
	return append(at, request, label(ResponseHash(&r, x.Headers))), nil
}

// witness is the tree, all of it shown.
func (s *scene) witness(t require.TestingT) *hashtree.Mixed {
	return s.tree(t).Witness(hashtree.Everything())
}

func (s *scene) tree(t require.TestingT) hashtree.Tree {
	tree := hashtree.Tree{}
	for i := range s.entries {
		path, err := s.entries[i].leaf()
		require.NoError(t, err)
		tree = tree.SetLeaf(path, nil)
	}
	for _, path := range s.others {
		tree = tree.SetLeaf(path, nil)
	}
	return tree
}

// play gives the pair as it arrives at a gateway.
func (s *scene) play(t testing.TB) (*Request, *Response) {
	return s.with(t, s.tree(t))
}

func (s *scene) with(t testing.TB, tree hashtree.Tree) (*Request, *Response) {
	witness := tree.Witness(hashtree.Everything())
	if s.shown != nil {
		witness = tree.Witness(hashtree.Paths(s.shown...))
	}
	data := tree.Digest()
	certified := data[:]
	if s.data != nil {
		certified = s.data(data)
	}
	header := fmt.Sprintf("certificate=:%s:, tree=:%s:", base64.StdEncoding.EncodeToString(s.certificate(certified)),
		base64.StdEncoding.EncodeToString(witness.AppendCBOR([]byte(selfDescribed))))
	if s.version != "" {
		header += ", version=" + s.version
	}
	if s.path != nil {
		raw, err := cbor.Marshal(cbor.Tag{Number: 55799, Content: s.path})
		require.NoError(t, err)
		header += ", expr_path=:" + base64.StdEncoding.EncodeToString(raw) + ":"
	}
	if s.edit != nil {
		header = s.edit(header)
	}
	q, r := s.request, s.response
	q.Headers = append([]Field{}, q.Headers...)
	r.Headers = append([]Field{}, r.Headers...)
	if header != "" {
		r.Headers = append(r.Headers, Field{"ic-certificate", header})
	}
	if s.expression != "" {
		r.Headers = append(r.Headers, Field{"IC-CertificateExpression", s.expression})
	}
	if s.pair != nil {
		s.pair(&q, &r)
	}
	return &q, &r
}

// certificate is of a canister's certified data, with a delegation for the canisters 10 to 20.
func (s *scene) certificate(data []byte) []byte {
	app := s.app.der()
	id := hashtree.Label(principal.SelfAuthenticating(app).Bytes())
	ranges := certificate.EncodeRanges([]certificate.Range{{First: principal.Canister(10), Last: principal.Canister(20)}})
	about := hashtree.Tree{}.SetLeaf(hashtree.Path{"time"}, binary.AppendUvarint(nil, now-1e18)).
		SetLeaf(hashtree.Path{"subnet", id, "public_key"}, app).SetLeaf(hashtree.Path{"subnet", id, "canister_ranges"}, ranges)
	delegation := &certificate.Delegation{
		Subnet: principal.SelfAuthenticating(app), Certificate: s.root.certify(about, nil, hashtree.Path{}).Encode(),
	}
	state := hashtree.Tree{}
	if s.time > 0 {
		state = state.SetLeaf(hashtree.Path{"time"}, binary.AppendUvarint(nil, s.time))
	}
	at := hashtree.Path{"canister", hashtree.Label(s.certified.Bytes()), "certified_data"}
	return s.app.certify(state.SetLeaf(at, data), delegation, hashtree.Path{"time"}, at).Encode()
}

func (s *scene) verifier() Verifier {
	return Verifier{Scheme: s.scheme, RootKey: s.root.der(), Now: now, MinVersion: s.min}
}
