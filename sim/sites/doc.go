// Package sites says where nodes of the Internet Computer can stand, whose they are and what is paid for them: what a planner of subnets
// chooses from.
//
// A Site is the nodes that one provider has in one data centre, of one type. The table is of the registry as of 2 July 2025 (dfinity/dre
// at a3a2a3c2, rs/dre-canisters/node-provider-rewards/scripts/registry.json), node types that are no longer rewarded left out, and of
// the base rewards paid for January 2026 (dfinity/dre at 2e023699): XDR for a node and month by type and region; where a region has
// none, the mean of its country, then of its continent. A data centre stands for the built-in city that is nearest to it (sim/network,
// "Places").
//
// Choose takes nodes for a subnet within limits for each provider, data centre and country, as the target topology does (proposal
// 133841: one, one, and two or three). Nakamoto coefficients count how few owners hold more than f nodes, and so can stop the subnet.
//
// What it leaves out: which of these nodes are free, what a provider owns beside its nodes, and whose data centres belong together.
package sites
