// Package page is the web page on which people watch a session and lay hands on it: a map of the nodes, subnets with their heights, the
// last blocks with who made and finalized them, faults to cause and to heal, time to stop and to step, and canisters to call.
//
// What it shows are observations (sim.Snapshot, sim.Blocks): no node is asked what it thinks. A canister is called through the boundary
// node, as any agent does, without an identity.
//
//	GET  /                          the page; /page/… its parts, all embedded: no build step, nothing from elsewhere
//	GET  /page/api/state            everything, once
//	GET  /page/api/stream           Server-Sent Events: everything, then what changes, at most five times a second
//	GET  /page/api/blocks?subnet=   the last heights of a subnet
//	GET  /page/api/canister?id=     its methods, if its Candid is known
//	POST /page/api/control          {"action": "pause" | "resume" | "step" | "speed" | "mode" | "fault", …}
//	POST /page/api/call             {"canister", "method", "arg", "kind": "update" | "query"}
//
// Errors are JSON, {"error": "…"}. A GET changes nothing. A POST has to be of type application/json, and from this page itself or from a
// program that is no browser: another page that is open in the same browser must not crash nodes. Pages of other names that lead here
// are such, too, so the page is for IP addresses and localhost.
//
// # Rates
//
// Bytes and messages a second are measured over the last second of virtual time or more, between two looks; traffic on the map
// is in levels from 0 (none) to 9, each twice the one before.
//
// # The map
//
// static/land.js has where there is land, on a grid of 1.5 degrees, made from Natural Earth's 110m land (public domain). Scenarios
// whose places have no coordinates show rings: a circle a subnet.
package page
