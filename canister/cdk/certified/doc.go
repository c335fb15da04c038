// Package certified makes HTTP responses that a canister certifies, so that a browser behind a gateway can trust the one node that
// answers: a Site is its pages, the hash tree over them, and the headers with the proof.
//
// Source: reference/interface.md, sections D.4 and D.7 (HTTP gateway protocol specification, "Response Verification").
//
//	var site certified.Site
//	site.Add("/", &certified.Response{Status: 200, Body: page})
//	site.AddBelow("/", &certified.Response{Status: 404, Body: missing})
//	ctx.SetCertifiedData(site.Root())                     // in an update, or at installation
//	response := site.Answer(url, version, certificate)    // in the query http_request
//
// The files:
//
//   - site.go: pages, and which of them answers a URL. response.go: what is certified of one, in both versions.
//   - tree.go: the hash tree. sha256.go: its hash.
//
// A page's status, headers and body are certified for its path, whatever else is in the request.
//
// # Why a hash and a tree of its own
//
// The module is what a canister pays for, and icsim compiles it for each run. The standard library's SHA-256 brings 540 kB of
// self-tests along, a quarter of the module of canister/library; all that serves a site there, this package included, is 170 kB.
// crypto/hashtree stands on the standard one.
//
// # What is left out
//
// Responses that depend on headers, query or body of the request; encodings; ranges. Adding a page, or answering, hashes all
// labels of the directories on its path.
package certified
