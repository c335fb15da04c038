// Package site is the HTTP gateway: it answers the HTTP requests of browsers with what canisters answer to http_request, and lets
// through only what their subnets have certified.
//
// Source: reference/interface.md, section D.7 (HTTP gateway protocol specification); dfinity/http-gateway,
// packages/ic-http-gateway-protocol/src, for what the deployed gateway does beyond it.
//
//	browser ── GET http://<canister id>.localhost/docs ──▶ Handler ──▶ Gateway ── http_request (query) ──────────▶ Backend
//	◀── certified response, or a page that says why not ──                     ── callback (query), for more of the body ▶
//	                                                                           ── http_request_update (call), if upgraded ▶
//
// The files:
//
//   - handler.go: net/http on the outside, with the headers for other origins. target.go: whose request it is.
//   - gateway.go: the steps for a request. message.go: its messages in Candid. stream.go: bodies in parts.
//   - certified.go: which responses, and which of their headers, pass.
//   - backend.go: what it needs of the Internet Computer, which may be a simulated one.
//
// A Gateway and a Handler hold nothing that changes, so requests may come at the same time; the Backend locks what it has to.
//
// # Rules
//
//   - A response to a query passes if crypto/httpcert finds it certified. Of version 2 the certified headers pass, and all of them where
//     the canister certifies that it certifies nothing. Of version 1 all pass but Cache-Control, and no redirection does; and none of
//     it if the canister's metadata says that it knows version 2, or cannot be had.
//   - A response to an update call passes: the subnet has agreed on it. So does one on a raw domain, which nobody vouches for.
//   - All parts of a body are collected, and checked as one, before any of it passes.
//     Model: the deployed gateway lets through unchecked what comes in more than four parts.
//   - Headers that belong to a connection, and not to a message, do not pass (RFC 9110, section 7.6.1).
//
// # What is left out
//
// Custom domains, which are looked up in the DNS. Caching. Assembling certified ranges (status 206) into a whole, which the
// deployed gateway does beyond the specification: a 206 passes as one.
package site
