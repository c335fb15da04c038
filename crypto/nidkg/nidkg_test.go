package nidkg

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"runtime"
	"runtime/metrics"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
	"pgregory.net/rapid"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/nidkg/layout"
)

// A committee has receivers' keys.
type committee struct {
	k       *KeyGeneration
	secrets []crypto.DecryptionKey
	keys    []crypto.EncryptionPublicKey
}

func newCommittee(k *KeyGeneration, n int) *committee {
	c := &committee{k: k}
	for i := range n {
		sk, pk, _ := k.EncryptionKey(crypto.Seed(crypto.Sum("test", fmt.Append(nil, "key", i))), []byte{byte(i)})
		c.secrets, c.keys = append(c.secrets, sk), append(c.keys, pk)
	}
	return c
}

func (c *committee) config(threshold int) *crypto.KeyGenerationConfig {
	return &crypto.KeyGenerationConfig{
		Context: []byte("test"), Epoch: 5, Threshold: threshold, Receivers: c.keys, Dealers: len(c.keys), Collect: (len(c.keys)-1)/3 + 1,
	}
}

// transcript is of one dealer's dealing.
func transcript(t interface{ Fatal(...any) }, k *KeyGeneration, config *crypto.KeyGenerationConfig, d *crypto.Dealing) *crypto.Transcript {
	out, fault := k.Combine(config, []crypto.IndexedDealing{{Dealer: 0, Dealing: d}})
	if fault != crypto.DealingSound {
		t.Fatal(fault)
	}
	return out
}

// A keyed group has a key and all its receivers' shares.
type keyed struct {
	group   *crypto.ThresholdGroup
	secrets []crypto.ThresholdSecretKey
}

// generate makes a key of the first n of a committee, by the last dealers that it takes.
func (c *committee) generate(t *testing.T, n, threshold int) (out keyed) {
	part := &committee{c.k, c.secrets[:n], c.keys[:n]}
	config := part.config(threshold)
	var dealings []crypto.IndexedDealing
	for dealer := n - config.Collect; dealer < n; dealer++ {
		d, fault := c.k.Deal(config, dealer, crypto.Seed{1}, nil)
		if fault != crypto.DealingSound || c.k.VerifyDealing(config, dealer, d) != crypto.DealingSound {
			t.Fatal("an honest dealing is refused")
		}
		dealings = append(dealings, crypto.IndexedDealing{Dealer: dealer, Dealing: d})
	}
	made, fault := c.k.Combine(config, dealings)
	if fault != crypto.DealingSound {
		t.Fatal(fault)
	}
	out.group = c.k.Group(made)
	for i := range n {
		secret, fault := c.k.OpenShare(config, made, i, c.secrets[i])
		if fault != crypto.DealingSound {
			t.Fatal(fault)
		}
		out.secrets = append(out.secrets, secret)
	}
	return out
}

// Any threshold of receivers signs, whatever the size and the threshold, single nodes included, and no fewer.
func TestAnyThresholdOfReceiversSigns(t *testing.T) {
	c, scheme, msg := newCommittee(New(), 7), bls.New(), []byte("m")
	var all []keyed
	for _, size := range []struct{ n, threshold int }{{1, 1}, {2, 2}, {3, 1}, {4, 2}, {4, 3}, {7, 5}} {
		all = append(all, c.generate(t, size.n, size.threshold))
	}
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom(all).Draw(t, "key")
		n, threshold := len(key.secrets), key.group.Threshold
		signers := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), threshold-1, n, rapid.ID[int]).Draw(t, "signers")
		var shares []crypto.IndexedShare
		for _, i := range signers {
			shares = append(shares, crypto.IndexedShare{Index: i, Share: scheme.SignThreshold(key.secrets[i], msg)})
		}
		sig, ok := scheme.CombineThreshold(key.group, msg, shares)
		if signs := ok && scheme.VerifyThreshold(key.group.Key, msg, sig); signs != (len(signers) >= threshold) {
			t.Fatalf("%d of %d sign at threshold %d: %v", len(signers), n, threshold, signs)
		}
	})
}

// What a dealer remembers of its dealing is what another parses from the bytes.
func TestSealedDealingsAreRememberedAsTheyParse(t *testing.T) {
	c := newCommittee(New(), 4)
	d, _ := c.k.Deal(c.config(3), 0, crypto.Seed{1}, nil)
	sealed, _ := c.k.dealings.Get(d.Hash())
	parsed, fault := New().known(d)
	if fault != crypto.DealingSound || !reflect.DeepEqual(sealed, parsed) {
		t.Error("they differ", fault)
	}
	if again := layout.Split(d).Join(); !bytes.Equal(again, d.Bytes()) {
		t.Error("taking apart and putting together gives another dealing")
	}
}

// Errors that cancel for weights known beforehand do not cancel, for the errors change the weights.
func TestErrorsDoNotCancel(t *testing.T) {
	c := newCommittee(New(), 2)
	config := c.config(2)
	d, _ := c.k.Deal(config, 0, crypto.Seed{1}, nil)
	parts, weights := layout.Split(d), weightsOf(config, 0, d.Hash())
	w0, w1 := drawWeight(weights), drawWeight(weights)
	for j, slip := range []fr.Element{w1, *w0.Neg(&w0)} {
		var z, off bls12381.G2Affine
		if _, err := z.SetBytes(parts.Ciphertext.Z[j][:]); err != nil {
			t.Fatal(err)
		}
		off.ScalarMultiplicationBase(slip.BigInt(new(big.Int)))
		parts.Ciphertext.Z[j] = z.Add(&z, &off).Bytes()
	}
	if fault := c.k.VerifyDealing(config, 0, parts.Dealing()); fault != crypto.DealingBadCiphertext {
		t.Error(fault)
	}
}

// Paper, section 6.5: the proof of chunking is sound up to a slack. A dealer that uses it up gets its dealing accepted, and so the
// receivers have to open the shares all the same (replica: tests/cheating_dealer.rs).
func TestChunksInTheSlackAreOpened(t *testing.T) {
	c := newCommittee(New(), 4)
	config := c.config(2)
	config.Collect = 1
	for _, overflow := range []int64{1, -1, 3, 50} {
		draft := c.k.Draft(config, 0, crypto.Seed{1}, nil)
		draft.Chunks[1][4] += overflow << chunkBits
		draft.Chunks[1][3] -= overflow
		d, fault := c.k.Seal(config, 0, draft, crypto.Seed{1})
		if fault != crypto.DealingSound {
			t.Fatal(fault)
		}
		if fault := c.k.VerifyDealing(config, 0, d); fault != crypto.DealingSound {
			t.Fatalf("overflow by %d: %v", overflow, fault)
		}
		if _, fault := c.k.OpenShare(config, transcript(t, c.k, config, d), 1, c.secrets[1]); fault != crypto.DealingSound {
			t.Errorf("overflow by %d: %v", overflow, fault)
		}
	}
}

func TestLogarithms(t *testing.T) {
	l := newLogarithms(1 << 6)
	power := func(k fr.Element) bls12381.GT {
		var out bls12381.GT
		return *out.CyclotomicExp(l.base, k.BigInt(new(big.Int)))
	}
	for _, k := range []int64{0, 1, 63, 64, 65, 1000, 4095, -1, -63, -64, -65, -4095} {
		x := power(*new(fr.Element).SetInt64(k))
		if got, ok := l.find(&x, 4096); !ok || got != k {
			t.Errorf("the logarithm %d is found to be %d, %v", k, got, ok)
		}
	}
	x := power(fr.NewElement(1 << 20))
	if _, ok := l.find(&x, 4096); ok {
		t.Error("a logarithm is found that is out of bounds")
	}
	for _, c := range []struct{ over, under int64 }{{4000, 3}, {-77, 255}, {5, 1}} {
		var k fr.Element
		k.Div(new(fr.Element).SetInt64(c.over), new(fr.Element).SetInt64(c.under))
		x := power(k)
		if got, ok := l.findScaled(&x, 4096); !ok || got != k {
			t.Errorf("%d/%d is found to be %s, %v", c.over, c.under, got.String(), ok)
		}
	}
	x = power(*new(fr.Element).Inverse(new(fr.Element).SetInt64(256)))
	if _, ok := l.findScaled(&x, 64); ok {
		t.Error("a multiple beyond the challenges is looked for")
	}
}

// A key that was never updated finds every chunk, at the edges of its table too, and nothing else.
func TestSmallMultiples(t *testing.T) {
	p := New().parameters()
	check := func(t interface{ Fatalf(string, ...any) }, chunks []int64) {
		points, within := make([]bls12381.G1Jac, len(chunks)), true
		for j, chunk := range chunks {
			p.addChunk(&points[j], chunk)
			within = within && chunk >= 0 && chunk < 1<<chunkBits
		}
		got, ok := p.multiples.find(p, points)
		if ok != within || ok && !reflect.DeepEqual(got[:len(chunks)], chunks) {
			t.Fatalf("%d are found to be %d, %v", chunks, got, ok)
		}
	}
	for i := range int64(farSteps + 1) {
		check(t, []int64{i*nearSteps - 1, i * nearSteps, i*nearSteps + 1}[max(0, 1-i):])
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.SliceOfN(rapid.Int64Range(-3, 1<<chunkBits+3), Chunks, Chunks).Draw(t, "chunks"))
	})
}

// The nodes of an updated key hold exactly the epochs that are left, and open them.
func TestKeysCoverTheEpochsThatAreLeft(t *testing.T) {
	k := New()
	sk, pk, _ := k.EncryptionKey(crypto.Seed{1}, nil)
	config := &crypto.KeyGenerationConfig{Threshold: 1, Receivers: []crypto.EncryptionPublicKey{pk}, Dealers: 1, Collect: 1}
	for _, epoch := range []crypto.Epoch{1 << 31, 1<<31 + 6, 1<<31 + 7, math.MaxUint32 - 1, math.MaxUint32} {
		sk = k.Update(sk, epoch, crypto.Seed{byte(epoch)})
		next := uint64(epoch)
		nodes := sk.(*decryptionKey).nodes
		for i := len(nodes) - 1; i >= 0; i-- {
			n := &nodes[i]
			if uint64(n.prefix) != next || len(n.d) != epochBits-n.depth || len(n.dHash) != hashBits {
				t.Fatalf("epoch %d: node %d is of %08x/%d, not from %08x", epoch, i, n.prefix, n.depth, next)
			}
			next += 1 << (epochBits - n.depth)
		}
		if next != 1<<epochBits {
			t.Fatalf("epoch %d: epochs from %08x are lost", epoch, next)
		}
		for _, config.Epoch = range []crypto.Epoch{epoch, math.MaxUint32} {
			d, _ := k.Deal(config, 0, crypto.Seed{1}, nil)
			if _, fault := k.OpenShare(config, transcript(t, k, config, d), 0, sk); fault != crypto.DealingSound {
				t.Fatalf("epoch %d: a share of %d: %v", epoch, config.Epoch, fault)
			}
		}
	}
}

// Law 2: nothing starts a goroutine. Two collections first, since the runtime starts its own workers in the first.
func TestNoCallStartsGoroutines(t *testing.T) {
	runtime.GC()
	runtime.GC()
	before := goroutinesCreated(t)
	c := newCommittee(New(), 13)
	config := c.config(9)
	config.Collect = 1
	d, _ := c.k.Deal(config, 0, crypto.Seed{1}, nil)
	stranger := New()
	if fault := stranger.VerifyDealing(config, 0, d); fault != crypto.DealingSound {
		t.Fatal(fault)
	}
	made := transcript(t, stranger, config, d)
	if _, fault := stranger.OpenShare(config, made, 0, c.secrets[0]); fault != crypto.DealingSound {
		t.Fatal(fault)
	}
	if after := goroutinesCreated(t); after != before {
		t.Errorf("%d goroutines were started", after-before)
	}
}

func goroutinesCreated(t *testing.T) uint64 {
	t.Helper()
	sample := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		t.Fatal("this Go does not count the goroutines that were created")
	}
	return sample[0].Value.Uint64()
}
