package management

import (
	"errors"
	"math/big"

	"icsim/canister/candid"
)

func natOf(n Nat) candid.Nat {
	if n.Hi == 0 {
		return candid.NatOf(n.Lo)
	}
	b := new(big.Int).SetUint64(n.Hi)
	b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(n.Lo))
	large, err := candid.BigNat(b)
	if err != nil {
		panic("management: " + err.Error())
	}
	return large
}

func cyclesOf(n candid.Nat) (Nat, error) {
	if small, ok := n.Uint64(); ok {
		return Nat{Lo: small}, nil
	}
	b := n.Big()
	if b.BitLen() > 128 {
		return Nat{}, errors.New("a number beyond 128 bits")
	}
	return Nat{Hi: new(big.Int).Rsh(b, 64).Uint64(), Lo: new(big.Int).And(b, new(big.Int).SetUint64(1<<64-1)).Uint64()}, nil
}
