// Package der wraps public keys in the DER form (SubjectPublicKeyInfo, RFC 5280) that principals
// are hashed from and that travels in state trees, certificates and requests.
//
// Source: reference/interface.md, section D.3 (DER prefixes); RFC 8410 for Ed25519; the object
// identifiers 1.3.6.1.4.1.44668.5.3.1.2.1 and 5.3.2.1 for BLS keys in G2.
//
// A key has exactly one form. Where a key fills a fixed number of bytes that is a prefix and the key; in general Wrap and
// Unwrap put an algorithm before what only it understands, and package userkey does understand it.
package der
