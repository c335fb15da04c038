// Package authentication says whether a request is its sender's: a call, a query or a read of the state.
//
// Sources: reference/interface.md D.3; interface specification, "Authentication"; the replica's
// rs/validator/src/ingress_validation.rs, whose texts the faults have.
//
//   - the anonymous sender brings neither key nor signature; any other is the principal of the key that it brings;
//   - the key signed the request, or delegated to the key that did, through at most 20 delegations. No key comes twice.
//     None has expired, each has at most 1000 targets, each is signed by the key before;
//   - targets intersect, and "queries" anywhere in the chain forbids calls;
//   - sender information is signed by the canister that made the sender's key.
//
// All kinds of keys may stand anywhere in the chain (crypto/userkey says which there are); RSA outside of Web
// Authentication may delegate and not sign requests, as in the replica.
//
// Model: the words about permissions, and what stands behind "Invalid public key" and the like, are our own.
//
// Expiry of requests and the length of nonces are not about who the sender is: the caller knows the right window.
package authentication
