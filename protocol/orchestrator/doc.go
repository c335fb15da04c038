// Package orchestrator decides what a node does about its assignment: whose replica it runs, in which version, from which catch-up
// package, and when it stops.
//
// Sources: reference/protocol.md A.7 and F; rs/orchestrator/src/{upgrade.rs, catch_up_package_provider.rs} of dfinity/ic.
//
//   - boot.go: what a node starts as, by its disk and the registry.
//   - unassigned.go: a node without a subnet. When the registry assigns it to one that is new, it starts as a replica from the registry's
//     package; to one that runs, it asks the members for their newest package, one every Interval, and starts from the first that the
//     subnet has signed.
//   - assigned.go: beside a running replica. It sees to it that the node runs the version that its newest package demands, starts it
//     again from the registry's package when that is higher, since the subnet is recovered, and leaves when no version in use has the
//     node as a member.
//   - leaving.go: Stay, Later or Now.
//   - rotation.go: a new IDKG encryption key when the node's turn comes (rs/orchestrator/src/registration.rs).
//
// Whatever it decides takes effect by the node's starting again: what is to be kept is on disk by then, and what was under way is lost,
// as it is when a process ends.
//
// # Invariants
//
//   - A node starts from a package only if the registry holds it, or the key signed it that the registry has for the subnet at the
//     package's version.
//   - A node leaves only when its package's oldest registry version in use, and all later ones, are without it: it stays for as long as
//     others may need its shares.
//   - A node runs the version that the registry version in force at its newest package names.
//   - Who has nothing to follow is never woken.
//
// # What is left out
//
// Images are not downloaded; a node that was down when its subnet was upgraded starts in the new version at once. The root subnet's
// recovery, with a registry from elsewhere.
//
// Model: the deployed orchestrator polls for ever. Here it is woken by registry versions (protocol.RegistryNews), works at the times at
// which it would, and sleeps when all that it knows of has been carried out.
package orchestrator
