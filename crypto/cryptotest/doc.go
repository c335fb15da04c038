// Package cryptotest is the conformance kit of crypto.Scheme: what protocol code may rely on, as
// tests that crypto/bls and crypto/ideal both pass. A scheme's own test calls TestScheme.
//
// It holds a scheme to the interface and to the security claims that a test can check: everything
// honest verifies; nothing else that the kit can make does (another message, key, kind of
// signature, signer set, a flipped bit, too few shares, a rogue key); group signatures are unique;
// every method is a pure function, whatever was called before.
//
// TestKeyGeneration is the same for crypto.KeyGeneration, which crypto/nidkg and crypto/ideal pass: shares that
// open sign by the scheme that goes with them, resharing keeps the key, hostile dealings are refused for the
// right reason, old keys stay shut.
//
// Left out: forging by guessing or by breaking a hash, which no test finds.
package cryptotest
