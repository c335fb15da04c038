package nidkg

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
)

// The random oracles hash structured data through a unique digest of each value, by its type's domain
// (replica: fs_ni_dkg/random_oracles.rs). A digest of a value stands for the value.
type digest = crypto.Hash

func hashInt(n uint64) digest {
	return crypto.Sum("ic-random-oracle-integer", binary.BigEndian.AppendUint64(nil, n))
}
func hashBytes(b []byte) digest    { return crypto.Sum("ic-random-oracle-byte-array", b) }
func hashG1(point [48]byte) digest { return crypto.Sum("ic-random-oracle-bls12381-g1", point[:]) }
func hashG2(point [96]byte) digest { return crypto.Sum("ic-random-oracle-bls12381-g2", point[:]) }
func hashScalar(k [32]byte) digest { return crypto.Sum("ic-random-oracle-bls12381-scalar", k[:]) }

// hashVector hashes a list of values by their digests.
func hashVector(elements []digest) digest {
	all := make([]byte, 0, len(elements)*len(digest{}))
	for i := range elements {
		all = append(all, elements[i][:]...)
	}
	return crypto.Sum("ic-random-oracle-vector", all)
}

// hashEach hashes a list of values of one type.
func hashEach[T any](values []T, hash func(T) digest) digest {
	digests := make([]digest, len(values))
	for i := range values {
		digests[i] = hash(values[i])
	}
	return hashVector(digests)
}

// A member of a structure has a name and its value's digest.
type member struct {
	name  string
	value digest
}

// hashStruct hashes members in the order of their names' digests.
func hashStruct(members ...member) digest {
	pairs := make([][]byte, len(members))
	for i := range members {
		name := crypto.Sum("ic-random-oracle-string", []byte(members[i].name))
		pairs[i] = append(name[:], members[i].value[:]...)
	}
	slices.SortFunc(pairs, bytes.Compare)
	return crypto.Sum("ic-random-oracle-map", pairs...)
}

// oracle is the random oracle for a purpose.
func oracle(purpose string, data digest) digest { return crypto.Sum(purpose, data[:]) }

// oracleScalar is the random oracle whose answers are scalars.
func oracleScalar(purpose string, data digest) fr.Element {
	return newStream(oracle(purpose, data)).challenge()
}

// The digests of the generators are part of every statement that is proven.
func hashG1Generator() digest {
	one := generatorG1()
	return hashG1(one.Bytes())
}

func hashG2Generator() digest {
	two := generatorG2()
	return hashG2(two.Bytes())
}
