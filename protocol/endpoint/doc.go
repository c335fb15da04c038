// Package endpoint has the rules by which a node's HTTP endpoint takes users' requests, before anything is executed or shown: how
// long a request lives, where it has to be sent, and who may read which path of the certified state. All rules are functions of
// values; package replica asks them.
//
// Sources: reference/interface.md D.1, D.2 and D.5; rs/http_endpoints/public/src/{call,query,read_state}.rs and
// rs/validator/src/ingress_validation.rs, whose words the refusals have: agents look for "Invalid request expiry: ".
//
// Who signed a request is package authentication's question.
package endpoint
