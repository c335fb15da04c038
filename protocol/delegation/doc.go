// Package delegation is how a node outside of the root subnet gets the root subnet's word for its own subnet's key, without which
// nobody could verify its certificates.
//
// Source: rs/http_endpoints/nns_delegation_manager; reference/interface.md D.4. A Manager asks a random node of the root subnet to
// read the state, about the key of the own subnet and its canister ranges in both forms, flat and by shards. It verifies what
// comes, retries with a random pause until something good does, and asks again every five minutes. What it holds it hands out
// pruned to what a certificate needs.
//
// Invariant: what is handed out was signed by the root subnet and names the key that the registry has for the own subnet.
package delegation
