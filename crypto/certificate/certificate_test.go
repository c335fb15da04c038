package certificate

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
)

// A subnet that one dealer made, for tests.
type subnet struct {
	scheme crypto.Scheme
	group  *crypto.ThresholdGroup
	secret []crypto.ThresholdSecretKey
}

func newSubnet(seed byte) *subnet {
	s := &subnet{scheme: ideal.New()}
	s.group, s.secret = s.scheme.Deal(crypto.Seed{seed}, 1, 1)
	return s
}

func (s *subnet) der() []byte      { return der.WrapBLS(s.group.Key) }
func (s *subnet) id() principal.ID { return principal.SelfAuthenticating(s.der()) }

// certify signs what paths of a state reveal.
func (s *subnet) certify(state hashtree.Tree, d *Delegation, paths ...hashtree.Path) *Certificate {
	root := state.Digest()
	msg := crypto.Signable(crypto.DomainCertification, root[:])
	sig, _ := s.scheme.CombineThreshold(s.group, msg,
		[]crypto.IndexedShare{{Index: 0, Share: s.scheme.SignThreshold(s.secret[0], msg)}})
	return &Certificate{Tree: state.Witness(hashtree.Paths(paths...)), Signature: sig, Delegation: d}
}

var everything = hashtree.Path{}

// rootState is what a root subnet says about a subnet: its key, and ranges in the flat form or in shards.
func rootState(of *subnet, flat []byte, shards map[principal.ID][]byte) hashtree.Tree {
	t := hashtree.Tree{}.
		SetLeaf(hashtree.Path{"time"}, binary.AppendUvarint(nil, 1)).
		SetLeaf(hashtree.Path{"subnet", label(of.id()), "public_key"}, of.der())
	if flat != nil {
		t = t.SetLeaf(hashtree.Path{"subnet", label(of.id()), "canister_ranges"}, flat)
	}
	for first, shard := range shards { // a tree does not depend on the order
		t = t.SetLeaf(hashtree.Path{"canister_ranges", label(of.id()), label(first)}, shard)
	}
	return t
}

func ranges(bounds ...uint64) []byte {
	var out []Range
	for i := 0; i < len(bounds); i += 2 {
		out = append(out, Range{principal.Canister(bounds[i]), principal.Canister(bounds[i+1])})
	}
	return EncodeRanges(out)
}

func TestVerdicts(t *testing.T) {
	root, app, stranger := newSubnet(1), newSubnet(2), newSubnet(3)
	state := hashtree.Tree{}.SetLeaf(hashtree.Path{"time"}, []byte{1}).SetLeaf(hashtree.Path{"x"}, []byte("y"))
	good := root.certify(rootState(app, ranges(10, 20), nil), nil, everything).Encode()
	delegated := func(certificate []byte) *Delegation { return &Delegation{app.id(), certificate} }
	nested := root.certify(rootState(app, nil, nil), delegated(good), everything).Encode()
	keyless := root.certify(rootState(stranger, ranges(10, 20), nil), nil, everything).Encode()
	garbled := root.certify(rootState(app, []byte{0xff}, nil), nil, everything).Encode()
	forged := stranger.certify(rootState(app, ranges(10, 20), nil), nil, everything).Encode()
	for _, v := range []struct {
		name             string
		c                *Certificate
		canister, subnet Verdict
	}{
		{"of the application subnet", app.certify(state, delegated(good), everything), Valid, Valid},
		{"signed by a stranger", stranger.certify(state, delegated(good), everything), BadSignature, BadSignature},
		{"without its delegation", app.certify(state, nil, everything), BadSignature, CertificateOfAnother},
		{"of the root subnet", root.certify(state, nil, everything), Valid, CertificateOfAnother},
		{"of the root subnet under a delegation", root.certify(state, delegated(good), everything), BadSignature, BadSignature},
		{"malformed delegation", app.certify(state, delegated(good[1:]), everything), MalformedDelegation, MalformedDelegation},
		{"nested delegation", app.certify(state, delegated(nested), everything), NestedDelegation, NestedDelegation},
		{"delegation by a stranger", app.certify(state, delegated(forged), everything), BadDelegation, BadDelegation},
		{"delegation to a stranger", app.certify(state, delegated(keyless), everything), NoSubnetKey, NoSubnetKey},
		{"malformed ranges", app.certify(state, delegated(garbled), everything), MalformedRanges, Valid},
		{"for the other subnet", stranger.certify(state, &Delegation{stranger.id(), keyless}, everything), Valid, CertificateOfAnother},
	} {
		c := decode(t, v.c.Encode())
		if got := c.VerifyForCanister(ideal.New(), root.der(), principal.Canister(15)); got != v.canister {
			t.Errorf("%s: for a canister %v, want %v", v.name, got, v.canister)
		}
		if got := c.VerifyForSubnet(ideal.New(), root.der(), app.id()); got != v.subnet {
			t.Errorf("%s: for its subnet %v, want %v", v.name, got, v.subnet)
		}
	}
	own := root.certify(state, nil, everything)
	if got := own.VerifyForSubnet(ideal.New(), root.der(), root.id()); got != Valid {
		t.Errorf("of and for the root subnet: %v", got)
	}
	if got := own.VerifyForCanister(ideal.New(), root.der()[1:], principal.Canister(1)); got != BadRootKey {
		t.Errorf("with a short root key: %v", got)
	}
}

// A canister belongs to a subnet if a range shows it, whichever of the two forms the range comes in.
func TestRangesDecide(t *testing.T) {
	root, app := newSubnet(1), newSubnet(2)
	shards := map[principal.ID][]byte{
		principal.Canister(10): ranges(10, 20, 30, 40),
		principal.Canister(50): ranges(50, 60),
	}
	shard := func(n uint64) hashtree.Path {
		return hashtree.Path{"canister_ranges", label(app.id()), label(principal.Canister(n))}
	}
	key := hashtree.Path{"subnet", label(app.id()), "public_key"}
	for _, v := range []struct {
		name   string
		state  hashtree.Tree
		shown  []hashtree.Path
		inside []uint64
		beside []uint64
	}{
		{"flat", rootState(app, ranges(10, 20, 30, 30), nil), []hashtree.Path{everything}, []uint64{10, 15, 20, 30}, []uint64{9, 21, 31}},
		{"shards", rootState(app, nil, shards), []hashtree.Path{everything}, []uint64{10, 20, 40, 50, 60}, []uint64{9, 25, 45, 61}},
		{"one shard shown", rootState(app, nil, shards), []hashtree.Path{key, shard(50)}, []uint64{55}, []uint64{15, 9, 61}},
		{"the other shard shown", rootState(app, nil, shards), []hashtree.Path{key, shard(10)}, []uint64{15, 35}, []uint64{45, 55}},
		{"both forms", rootState(app, ranges(100, 200), shards), []hashtree.Path{everything}, []uint64{15, 150}, []uint64{90}},
		{"no ranges", rootState(app, nil, nil), []hashtree.Path{everything}, nil, []uint64{0, 10}},
		{"ranges pruned", rootState(app, ranges(10, 20), shards), []hashtree.Path{key}, nil, []uint64{15}},
		{"empty ranges", rootState(app, ranges(), nil), []hashtree.Path{everything}, nil, []uint64{0}},
	} {
		c := app.certify(hashtree.Tree{}, &Delegation{app.id(), root.certify(v.state, nil, v.shown...).Encode()})
		check := func(n uint64, want Verdict) {
			if got := c.VerifyForCanister(ideal.New(), root.der(), principal.Canister(n)); got != want {
				t.Errorf("%s: canister %d: %v, want %v", v.name, n, got, want)
			}
		}
		for _, n := range v.inside {
			check(n, Valid)
		}
		for _, n := range v.beside {
			check(n, CanisterNotOfSubnet)
		}
	}
}

func TestTimeIsLEB128(t *testing.T) {
	for _, v := range []struct {
		leaf []byte
		want uint64
		ok   bool
	}{
		{[]byte{0xac, 0xa3, 0xae, 0x8d, 0xc1, 0xcc, 0xe3, 0xbc, 0x18}, 1763597289536590252, true},
		{[]byte{0}, 0, true},
		{[]byte{0x80}, 0, false},
		{[]byte{}, 0, false},
		{[]byte{1, 1}, 0, false},
		{bytes.Repeat([]byte{0xff}, 10), 0, false},
	} {
		c := newSubnet(1).certify(hashtree.Tree{}.SetLeaf(hashtree.Path{"time"}, v.leaf), nil, everything)
		if got, ok := c.Time(); ok != v.ok || ok && got != v.want {
			t.Errorf("%x: %d, %v", v.leaf, got, ok)
		}
	}
	if _, ok := newSubnet(1).certify(hashtree.Tree{}, nil).Time(); ok {
		t.Error("a time that is not shown")
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	tree := []byte{0x81, 0}
	field := func(key string, value ...byte) []byte {
		return append(append([]byte{0x60 | byte(len(key))}, key...), value...)
	}
	join := func(head byte, parts ...[]byte) []byte { return append([]byte{head}, bytes.Join(parts, nil)...) }
	sig := field("signature", append([]byte{0x58, 48}, make([]byte, 48)...)...)
	good := join(0xa2, field("tree", tree...), sig)
	if _, err := Decode(good); err != nil {
		t.Fatalf("the certificate to be spoilt is bad: %v", err)
	}
	id30 := append([]byte{0x58, 30}, make([]byte, 30)...)
	delegation := join(0xa2, field("subnet_id", id30...), field("certificate", 0x40))
	for name, v := range map[string]struct {
		raw []byte
		why string
	}{
		"nothing":              {nil, "EOF"},
		"an array":             {[]byte{0x80}, "array"},
		"no tree":              {join(0xa1, sig), "hash tree"},
		"no signature":         {join(0xa1, field("tree", tree...)), "48 bytes, not 0"},
		"a short signature":    {join(0xa2, field("tree", tree...), field("signature", 0x41, 0)), "48 bytes, not 1"},
		"two trees":            {join(0xa3, field("tree", tree...), field("tree", tree...), sig), "duplicate"},
		"a tree that is none":  {join(0xa2, field("tree", 0x81, 9), sig), "no node has number 9"},
		"a long subnet id":     {join(0xa3, field("tree", tree...), sig, field("delegation", delegation...)), "at most 29 bytes"},
		"trailing bytes":       {append(bytes.Clone(good), 0), "extraneous"},
		"an array bomb":        {bytes.Repeat([]byte{0x81}, 1<<16), "nested"},
		"another case of name": {join(0xa2, field("Tree", tree...), sig), "hash tree"},
	} {
		if _, err := Decode(v.raw); err == nil || !strings.Contains(err.Error(), v.why) {
			t.Errorf("%s: %v, want %q", name, err, v.why)
		}
	}
}

// Trees nest deeper than CBOR libraries allow by default.
func TestDeepTreesTravel(t *testing.T) {
	var path hashtree.Path
	for range 100 {
		path = append(path, "deep")
	}
	c := newSubnet(1).certify(hashtree.Tree{}.SetLeaf(path, []byte("v")), nil, everything)
	if value, result := decode(t, c.Encode()).Tree.Lookup(path...); result != hashtree.Found || string(value) != "v" {
		t.Errorf("%v %q", result, value)
	}
}
