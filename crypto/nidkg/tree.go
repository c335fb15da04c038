package nidkg

import (
	"math/big"
	"slices"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/curve"
)

// A node of the tree of keys is the key of a subtree (paper, section 7.2). With ρ its own and x the secret:
//
//	a = ρ·G    b = x·G + ρ·f(prefix)    d = ρ·f, for each f below    e = ρ·h
//
// Adding the d whose bits are set to b leads down, and nothing leads up. A node that is kept gets a ρ of its own, so that two of
// them tell no more than either.
type node struct {
	prefix uint32 // the first depth bits of its epochs; the others are zero
	depth  int
	a      bls12381.G1Affine
	b, e   bls12381.G2Affine
	d      []bls12381.G2Affine // for the bits of the epoch that are left
	dHash  []bls12381.G2Affine
}

// covers says whether an epoch's leaves are below the node.
func (n *node) covers(epoch uint32) bool {
	return n.depth == 0 || (epoch^n.prefix)>>(epochBits-n.depth) == 0
}

// Update forgets what opens earlier epochs (paper, section 7: KUpd). The first update is dear: some 30 nodes with 256 points.
func (k *KeyGeneration) Update(sk crypto.DecryptionKey, epoch crypto.Epoch, seed crypto.Seed) crypto.DecryptionKey {
	key, ok := sk.(*decryptionKey)
	if !ok || epoch <= key.epoch {
		return sk
	}
	if k.lazy {
		return &decryptionKey{epoch: epoch, pk: key.pk, due: &due{key, seed}}
	}
	k.settle(key)
	return k.update(key, epoch, newStream(seed))
}

func (k *KeyGeneration) update(key *decryptionKey, epoch crypto.Epoch, random *stream) *decryptionKey {
	nodes := slices.Clone(key.nodes)
	if key.root != nil {
		nodes = []node{k.expand(key.root)}
	}
	for !nodes[len(nodes)-1].covers(uint32(epoch)) { // the last epoch of all is covered until the end
		nodes = nodes[:len(nodes)-1]
	}
	cover := nodes[len(nodes)-1]
	nodes = nodes[:len(nodes)-1]
	for depth := cover.depth; depth < epochBits; depth++ {
		if !epochBit(uint32(epoch), depth) { // what is to the right of the way down stays
			right := firstBits(uint32(epoch), depth) | 1<<(epochBits-1-depth)
			nodes = append(nodes, k.derive(&cover, right, depth+1, random.scalar()))
		}
	}
	if cover.depth < epochBits {
		cover = k.derive(&cover, uint32(epoch), epochBits, random.scalar())
	}
	return &decryptionKey{epoch: epoch, pk: key.pk, nodes: append(nodes, cover)}
}

func firstBits(epoch uint32, depth int) uint32 { return epoch &^ (1<<(epochBits-depth) - 1) }

// expand makes the root a node.
func (k *KeyGeneration) expand(r *root) node {
	p := k.parameters()
	b := p.g2.Multiply(&r.x)
	n := node{b: affine2(b), d: make([]bls12381.G2Affine, epochBits), dHash: make([]bls12381.G2Affine, hashBits)}
	return k.blind(n, r.rho)
}

// derive makes the node at a prefix below another, with fresh randomness.
func (k *KeyGeneration) derive(from *node, prefix uint32, depth int, delta fr.Element) node {
	var b bls12381.G2Jac
	b.FromAffine(&from.b)
	for i := from.depth; i < depth; i++ {
		if epochBit(prefix, i) {
			b.AddMixed(&from.d[i-from.depth])
		}
	}
	return k.blind(node{
		prefix: firstBits(prefix, depth), depth: depth,
		a: from.a, b: affine2(b), e: from.e, d: from.d[depth-from.depth:], dHash: from.dHash,
	}, delta)
}

// blind adds delta to the ρ of a node.
func (k *KeyGeneration) blind(n node, delta fr.Element) node {
	p, combs := k.parameters(), k.treeCombs()
	a := p.g1.Multiply(&delta)
	a.AddMixed(&n.a)
	b := p.at(n.prefix, n.depth)
	b.ScalarMultiplication(&b, delta.BigInt(new(big.Int)))
	b.AddMixed(&n.b)
	e := p.hComb.Multiply(&delta)
	e.AddMixed(&n.e)
	points := []bls12381.G2Jac{b, e}
	for i, comb := range combs[n.depth:] {
		point := comb.Multiply(&delta)
		if i < len(n.d) {
			point.AddMixed(&n.d[i])
		} else {
			point.AddMixed(&n.dHash[i-len(n.d)])
		}
		points = append(points, point)
	}
	out := curve.AffineG2(points)
	split := 2 + len(n.d)
	return node{
		prefix: n.prefix, depth: n.depth, a: affine1(a),
		b: out[0], e: out[1], d: out[2:split:split], dHash: out[split:],
	}
}

// treeCombs multiply the f of all depths.
func (k *KeyGeneration) treeCombs() []*curve.CombG2 {
	if k.combs == nil {
		p := k.parameters()
		for i := range p.f {
			k.combs = append(k.combs, curve.NewCombG2(&p.f[i], treeTeeth))
		}
		for i := range p.fHash {
			k.combs = append(k.combs, curve.NewCombG2(&p.fHash[i], treeTeeth))
		}
	}
	return k.combs
}

const treeTeeth = 6

// An opening is the key of one leaf: what the pairings of decryption ask for.
type opening struct {
	a    bls12381.G1Affine
	b, e lines // negated
}

// open leads down to a leaf; nil if it is forgotten.
func (k *KeyGeneration) open(key *decryptionKey, to path) *opening {
	p := k.parameters()
	if r := key.root; r != nil {
		b, x := p.leaf(to), p.g2.Multiply(&r.x)
		b.ScalarMultiplication(&b, r.rho.BigInt(new(big.Int))).AddAssign(&x)
		return newOpening(affine1(p.g1.Multiply(&r.rho)), affine2(b), affine2(p.hComb.Multiply(&r.rho)))
	}
	for i := range key.nodes {
		n := &key.nodes[i]
		if !n.covers(to.epoch) {
			continue
		}
		var b bls12381.G2Jac
		b.FromAffine(&n.b)
		for j := range n.d {
			if epochBit(to.epoch, n.depth+j) {
				b.AddMixed(&n.d[j])
			}
		}
		for j := range n.dHash {
			if to.hashBit(j) {
				b.AddMixed(&n.dHash[j])
			}
		}
		return newOpening(n.a, affine2(b), n.e)
	}
	return nil
}

func newOpening(a bls12381.G1Affine, b, e bls12381.G2Affine) *opening {
	b.Neg(&b)
	e.Neg(&e)
	return &opening{a: a, b: bls12381.PrecomputeLines(b), e: bls12381.PrecomputeLines(e)}
}
