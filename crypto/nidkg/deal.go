package nidkg

import (
	"encoding/binary"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/curve"
	"icsim/crypto/nidkg/layout"
)

const (
	keyTeeth  = 5       // a receiver's key is multiplied by 16 scalars
	mostChunk = 1 << 40 // of an attacker's chunk, either way
)

// A Draft is a dealing before it is encrypted: the polynomial and the receivers' shares. An attacker edits it before it is sealed.
type Draft struct {
	Polynomial []Scalar        // the constant term first
	Chunks     [][Chunks]int64 // of each receiver's share, the highest first; less than 2^40 in size
}

// Deal makes a dealing: a random polynomial of degree Threshold-1, whose value at i+1 is the share of receiver i.
//
// Its name is the hash of the arguments, all of which it follows from, so that nothing needs its bytes but who looks at them.
func (k *KeyGeneration) Deal(
	config *crypto.KeyGenerationConfig, dealer int, seed crypto.Seed, share *crypto.ThresholdSecretKey,
) (*crypto.Dealing, crypto.DealingFault) {
	if !config.Valid() || (share == nil) != (config.Resharing == nil) {
		return nil, crypto.DealingBadConfig
	}
	if dealer < 0 || dealer >= config.Dealers {
		return nil, crypto.DealingUnknownDealer
	}
	if _, ok := k.keys(config); !ok {
		return nil, crypto.DealingBadConfig
	}
	config, share = kept(config), kept(share) // the caller may use theirs for something else
	name := dealingName(config, dealer, seed, share)
	d := crypto.LaterDealing(name, layout.Size(config.Threshold, len(config.Receivers)), func() []byte {
		parts, made, fault := k.seal(config, dealer, k.Draft(config, dealer, seed, share), randomness("nidkg-encryption", config, dealer, seed))
		if fault != crypto.DealingSound {
			panic("nidkg: a dealing that was promised cannot be made: " + fault.String())
		}
		return k.keep(name, parts, made)
	})
	if k.lazy {
		k.share(name, &sharing{config: config, dealer: dealer, polynomial: polynomial(config, dealer, seed, share)})
	} else {
		d.Bytes()
	}
	return d, crypto.DealingSound
}

// kept is a copy of what may change before somebody looks.
func kept[T any](v *T) *T {
	if v == nil {
		return nil
	}
	w := *v
	return &w
}

func dealingName(config *crypto.KeyGenerationConfig, dealer int, seed crypto.Seed, share *crypto.ThresholdSecretKey) crypto.Hash {
	content := binary.BigEndian.AppendUint64(config.Content(), uint64(dealer))
	content = append(content, seed[:]...)
	if share != nil {
		content = append(content, share[:]...)
	}
	return crypto.Sum("nidkg-dealing", content)
}

// Draft draws the polynomial and evaluates it. share is its constant term in a resharing. The configuration has to be valid.
func (*KeyGeneration) Draft(
	config *crypto.KeyGenerationConfig, dealer int, seed crypto.Seed, share *crypto.ThresholdSecretKey,
) *Draft {
	return draft(config, polynomial(config, dealer, seed, share))
}

func polynomial(config *crypto.KeyGenerationConfig, dealer int, seed crypto.Seed, share *crypto.ThresholdSecretKey) []fr.Element {
	return drawn(config, randomness("nidkg-polynomial", config, dealer, seed), share)
}

// drawn is random but for the constant term in a resharing.
func drawn(config *crypto.KeyGenerationConfig, random *stream, share *crypto.ThresholdSecretKey) []fr.Element {
	out := random.scalars(config.Threshold)
	if share != nil {
		out[0].SetBytes(share[:])
	}
	return out
}

// randomness is a seed's for a purpose in one configuration, so that no seed deals twice.
func randomness(purpose string, config *crypto.KeyGenerationConfig, dealer int, seed crypto.Seed) *stream {
	content := append(seed[:], config.Associated(dealer)...)
	content = binary.BigEndian.AppendUint32(content, uint32(config.Epoch))
	content = binary.BigEndian.AppendUint32(content, uint32(config.Threshold))
	for i := range config.Receivers {
		content = append(content, config.Receivers[i][:]...)
	}
	return newStream(crypto.Sum(purpose, content))
}

func draft(config *crypto.KeyGenerationConfig, polynomial []fr.Element) *Draft {
	d := &Draft{Chunks: make([][Chunks]int64, len(config.Receivers))}
	for i := range polynomial {
		d.Polynomial = append(d.Polynomial, polynomial[i].Bytes())
	}
	for i := range d.Chunks {
		value := curve.Evaluate(polynomial, uint64(i)+1)
		d.Chunks[i] = chunksOf(value.Bytes())
	}
	return d
}

func chunksOf(share Scalar) (out [Chunks]int64) {
	for j := range out {
		out[j] = int64(binary.BigEndian.Uint16(share[2*j:]))
	}
	return out
}

// Seal commits to a draft's polynomial, encrypts its shares and proves what there is to prove. Of an edited draft the proofs may well
// be wrong. The seed may be that of the draft.
func (k *KeyGeneration) Seal(
	config *crypto.KeyGenerationConfig, dealer int, draft *Draft, seed crypto.Seed,
) (*crypto.Dealing, crypto.DealingFault) {
	parts, made, fault := k.seal(config, dealer, draft, randomness("nidkg-encryption", config, dealer, seed))
	if fault != crypto.DealingSound {
		return nil, fault
	}
	sealed := parts.Dealing()
	k.keep(sealed.Hash(), parts, made)
	return sealed, fault
}

// keep puts parts together and remembers what they parse to, under the dealing's name: who made it need not parse it.
func (k *KeyGeneration) keep(name crypto.Hash, parts *layout.Parts, made *dealing) []byte {
	if _, known := k.dealings.Get(name); !known {
		k.dealings.Put(name, made)
	}
	return parts.Join()
}

func (k *KeyGeneration) seal(
	config *crypto.KeyGenerationConfig, dealer int, draft *Draft, random *stream,
) (*layout.Parts, *dealing, crypto.DealingFault) {
	keys, ok := k.keys(config)
	if !ok || len(draft.Chunks) != len(keys) || len(draft.Polynomial) == 0 || !draft.within() {
		return nil, nil, crypto.DealingBadConfig
	}
	if dealer < 0 || dealer >= crypto.MaxReceivers {
		return nil, nil, crypto.DealingUnknownDealer
	}
	p := layout.NewParts(len(draft.Polynomial), len(keys))
	out := &dealing{parts: p, coefficients: make([]bls12381.G2Affine, len(draft.Polynomial))}
	k.commit(p.Coefficients, out.coefficients, draft.Polynomial)
	hidden := &secret{chunks: draft.Chunks}
	blinders := [Chunks]fr.Element(random.scalars(Chunks))
	hidden.r = [Chunks]fr.Element(random.scalars(Chunks))
	k.encrypt(&p.Ciphertext, &out.ciphertext, keys, hidden, &blinders)
	d := digestsOf(&p.Ciphertext, config.Receivers)
	leaf := d.pathOf(uint32(config.Epoch), config.Associated(dealer))
	k.bind(&p.Ciphertext, &out.ciphertext, leaf, hidden, &blinders)
	k.proveChunking(&p.Chunking, &out.chunking, keys, &d, hidden, random)
	k.proveSharing(&p.Sharing, &out.sharing, keys, d.sharingChallenge(p.Coefficients, &out.ciphertext), hidden, random)
	return p, out, crypto.DealingSound
}

func (d *Draft) within() bool {
	for i := range d.Chunks {
		for _, chunk := range d.Chunks[i] {
			if chunk <= -mostChunk || chunk >= mostChunk {
				return false
			}
		}
	}
	return true
}

// commit gives A: the coefficients times G in G2.
func (k *KeyGeneration) commit(raw []G2, out []bls12381.G2Affine, polynomial []Scalar) {
	points := make([]bls12381.G2Jac, len(polynomial))
	for i := range polynomial {
		var coefficient fr.Element
		coefficient.SetBytes(polynomial[i][:])
		points[i] = k.parameters().g2.Multiply(&coefficient)
	}
	encodeG2(raw, out, points)
}

// encrypt gives C, R and S (paper, section 5.2: Enc): each receiver's chunk s as r·y + s·G, where r is shared by all receivers.
func (k *KeyGeneration) encrypt(
	raw *layout.Ciphertext, out *ciphertext, keys []bls12381.G1Affine, s *secret, blinders *[Chunks]fr.Element,
) {
	p := k.parameters()
	encodeG1(raw.R[:], out.r[:], products(p.g1, s.r[:]))
	encodeG1(raw.S[:], out.s[:], products(p.g1, blinders[:]))
	out.c = make([][Chunks]bls12381.G1Affine, len(keys))
	for i := range keys {
		points := products(curve.NewCombG1(&keys[i], keyTeeth), s.r[:])
		for j, chunk := range s.chunks[i] {
			p.addChunk(&points[j], chunk)
		}
		encodeG1(raw.C[i][:], out.c[i][:], points)
	}
}

// addChunk adds chunk·G, from tables if the chunk is honest.
func (p *parameters) addChunk(point *bls12381.G1Jac, chunk int64) {
	if chunk < 0 || chunk >= 1<<chunkBits {
		product := p.g1.Multiply(new(fr.Element).SetInt64(chunk))
		point.AddAssign(&product)
		return
	}
	const half = chunkBits / 2
	point.AddMixed(&p.chunk[0][chunk%(1<<half)])
	point.AddMixed(&p.chunk[1][chunk>>half])
}

// bind gives Z, by which the ciphertext opens at its leaf alone: r·f(leaf) + s·h.
func (k *KeyGeneration) bind(raw *layout.Ciphertext, out *ciphertext, to path, s *secret, blinders *[Chunks]fr.Element) {
	p := k.parameters()
	leaf := affine2(p.leaf(to))
	comb := curve.NewCombG2(&leaf, keyTeeth)
	points := make([]bls12381.G2Jac, Chunks)
	for j := range points {
		points[j] = comb.Multiply(&s.r[j])
		h := p.hComb.Multiply(&blinders[j])
		points[j].AddAssign(&h)
	}
	encodeG2(raw.Z[:], out.z[:], points)
}
