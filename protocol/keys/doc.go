// Package keys is one node's cryptography: its secret keys, everyone's public keys by registry version, and the
// scheme behind them. Consensus, certification and ingress sign and verify through it alone.
//
// Every operation is charged to the node's meter as the replica would spend it, however little of it this process
// computes anew (design law 5: compute once, charge everyone).
package keys
