// Package userkeytest is the kit for tests with users' signatures: signers of all kinds, and a network of two subnets whose
// canisters sign.
//
// Everything is a function of numbers, so that failures come again. Keys of RSA are the exception: all signers share
// one, since primes take seconds to find.
package userkeytest
