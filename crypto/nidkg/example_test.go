package nidkg_test

import (
	"fmt"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/nidkg"
)

// Four nodes make a key that two of them sign by, and nobody ever has it.
func Example() {
	keys, scheme := nidkg.New(), bls.New()
	config := &crypto.KeyGenerationConfig{Context: []byte("subnet 0, low, height 500"), Epoch: 1, Threshold: 2, Dealers: 4, Collect: 2}
	var secrets []crypto.DecryptionKey
	for i := range 4 {
		sk, pk, _ := keys.EncryptionKey(crypto.Seed{byte(i)}, nil)
		secrets, config.Receivers = append(secrets, sk), append(config.Receivers, pk)
	}
	var dealings []crypto.IndexedDealing
	for _, dealer := range []int{3, 1} {
		dealing, _ := keys.Deal(config, dealer, crypto.Seed{100, byte(dealer)}, nil)
		fmt.Println("dealer", dealer, dealing.Size(), "bytes,", keys.VerifyDealing(config, dealer, dealing))
		dealings = append(dealings, crypto.IndexedDealing{Dealer: dealer, Dealing: dealing})
	}
	transcript, _ := keys.Combine(config, dealings)
	group := keys.Group(transcript)
	var shares []crypto.IndexedShare
	for _, receiver := range []int{0, 2} {
		secret, _ := keys.OpenShare(config, transcript, receiver, secrets[receiver])
		shares = append(shares, crypto.IndexedShare{Index: receiver, Share: scheme.SignThreshold(secret, []byte("message"))})
	}
	signature, _ := scheme.CombineThreshold(group, []byte("message"), shares)
	fmt.Println("signed:", scheme.VerifyThreshold(group.Key, []byte("message"), signature))
	// Output:
	// dealer 3 11188 bytes, sound
	// dealer 1 11188 bytes, sound
	// signed: true
}
