// Package visitor is a user without an identity who asks canisters from within the gateway: the web page's form and the HTTP
// gateway are such users. What a Visitor asks goes through the boundary node and is recorded, like the requests of agents, and what
// comes back is verified as agents verify it: nodes may lie.
package visitor
