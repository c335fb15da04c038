// Package httpcert is certified HTTP responses: what a canister answers to an HTTP request by a query, with the certificate of its
// subnet that it means it.
//
// Source: reference/interface.md, section D.7 (HTTP gateway protocol specification, "Response Verification" and "Legacy Response
// Verification"); dfinity/response-verification, packages/ic-response-verification/src, for what the specification leaves open.
//
// A canister certifies the root of a hash tree. A response brings that tree, pruned, and the certificate, in its header
// IC-Certificate. In version 2
//
//	http_expr / segments of the URL … / <$> or <*> / H(expression) / request hash or "" / response hash / ""
//
// are the labels that lead to an empty leaf, where the expression is the value of the header IC-CertificateExpression: which parts
// of request and response the hashes cover. In version 1 the leaf at http_assets / URL is the hash of the body.
//
//   - verify.go: the one entry, and what both versions have in common. reason.go: why a response is not what it claims.
//   - header.go: IC-Certificate. path.go: expression paths, and which of them is the most specific for a URL.
//   - expression.go with parse.go: IC-CertificateExpression. hash.go: the hashes.
//   - legacy.go: version 1.
//
// # Where the specification is silent, or the deployed verifier differs
//
//   - The path of the URL is decoded before it is cut into segments. A path that ends in a slash has an empty segment at its end.
//   - :ic-cert-query is left out of the request hash when no certified parameter is there, and parameters are compared without regard
//     to case; the value is hashed once, as every header's.
//   - Of several headers IC-Certificate or IC-CertificateExpression the last counts. All of the latter are in the response hash.
//   - When a version 1 body does not match as decoded, its encoded form may.
//
// Stricter than the deployed verifier is this: a field twice in IC-Certificate, anything after the expression, unknown
// fields in it, an inner <*> or <$> in a path. No certified site depends on those.
//
// # What is left out
//
// Whether a canister that answers in version 1 knows version 2 (its metadata supported_certificate_versions) is for the caller
// to ask, who then sets MinVersion.
//
// # Dependency
//
// fxamacker/cbor reads the array of texts that an expression path is, as it reads certificates.
package httpcert
