// Package mainnet knows where the Internet Computer stands: its data centres, the nodes and subnets of January 2026, and what lies
// between any two of those places.
//
// # Tables
//
// Data centres are those of the registry of July 2025, 113 in 66 metros; subnets and their nodes, 701 in 47, are those of 12 January
// 2026; the pool that Pick draws from is the 1,406 healthy nodes of July 2025. They are public facts of the registry (published in
// dfinity/dre, Apache-2.0), written compactly. How many canisters ran on a subnet is as the public dashboard had it on 1 February 2026.
//
// # Latency
//
// A round trip between two metros is
//
//	access of the one + access of the other + great circle × stretch of the two regions × detour of the one × detour of the other
//
// with 24 regions, fitted to medians that weigh pairs by relative error: to the derived matrix of all data centres (shared data,
// ic_dc_rtt_matrix_ms.csv; the matrix itself is not here, as its source has no licence), and with weight 15 to the 55 pairs of data
// centres that were measured in 2023. Inside a metro it is 0.8 ms, inside a data centre 0.1 ms; both are assumed. Distances are whole
// kilometres in a table, so that no machine rounds them otherwise.
//
// Residuals, which places_test.go holds it to: relative error against the derived matrix 3.3 % at the median and 17 % at p90; model
// over measurement 0.79, 0.99, 1.04 at p10, p50, p90 of the 55 pairs, 9 ms off on average. Q, the median over a subnet's nodes of the
// one-way latency to the 2f-th nearest other, is off by 2.5 ms on average over the 47 subnets, and by 10 ms at most: for rtvil, with
// nodes in Costa Rica, Sri Lanka and India, the model has 85 ms and the matrix 95.
//
// # Jitter, loss and throughput
//
// Jitter is that of package network, the same for all pairs: a lognormal excess. Loss differs from pair to pair by four orders of
// magnitude and hardly depends on distance. A pair's is drawn once and for all, whatever the seed of the run, from 32 quantiles of
// the 1,044 directed pairs of healthy nodes measured on mainnet in 2024 (subnets io67a, lhg73, uzr34: median 0.03 %, p90 0.5 %). A
// connection's throughput is that of package network: a window of 2.75 MB a round trip.
//
// # What is left out
//
// Model: routes are symmetric, do not change, and have no congestion at hours of the day. Model: jitter does not differ from pair to
// pair, though one pair in a hundred has more than 11 ms.
package mainnet
