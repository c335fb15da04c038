package endpoint

import (
	"fmt"
	"unicode/utf8"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/authentication"
)

// Bounds of a read (rs/validator, MAXIMUM_NUMBER_OF_PATHS and _LABELS_PER_PATH).
const (
	MaxPaths  = 1000
	MaxLabels = 127
)

// A State is what the rules look at.
type State interface {
	// CallOrigin tells who made a call that the state knows.
	CallOrigin(protocol.MessageID) (protocol.CallOrigin, bool)
	// HidesSection reports whether a custom section is private and may not be seen by a user.
	HidesSection(c protocol.CanisterID, name string, from principal.ID) bool
}

// A Read is a wish to see paths of the certified state, of a sender who is known to be the one.
type Read struct {
	*protocol.ReadRequest
	State  State
	Subnet principal.ID // whose state it is
	Root   principal.ID // the root subnet
	Scope  authentication.Scope
}

// Check refuses a read unless all its paths may be read (read_state.rs, verify_paths).
func (r *Read) Check() protocol.Refusal {
	paths := r.ReadRequest.Read.Content.Paths
	if len(paths) > MaxPaths {
		return badRequest("Too many paths in read state request: got %d paths, but at most %d are allowed", len(paths), MaxPaths)
	}
	for _, path := range paths {
		if len(path) > MaxLabels {
			return badRequest("At least one path in read state request is too deep: got %d labels, but at most %d are allowed",
				len(path), MaxLabels)
		}
	}
	var call *protocol.MessageID
	for _, path := range paths {
		refusal := protocol.Refusal{Status: protocol.StatusNotFound, Text: "Invalid path requested."}
		if len(path) > 0 {
			switch path[0] {
			case "time":
				refusal = onlyIf(len(path) == 1)
			case "api_boundary_nodes":
				refusal = onlyIf(len(path) < 3 || len(path) == 3 && oneOf(path[2], "domain", "ipv4_address", "ipv6_address"))
			case "subnet":
				refusal = r.subnetPath(path)
			case "canister_ranges":
				refusal = onlyIf(len(path) == 2 && r.ReadRequest.Subnet)
			case "canister":
				refusal = r.canisterPath(path)
			case "request_status":
				refusal = r.statusPath(path, &call)
			}
		}
		if refusal.Status != 0 {
			return refusal
		}
	}
	return protocol.Refusal{}
}

// onlyIf refuses a path that there is none of.
func onlyIf(readable bool) protocol.Refusal {
	if readable {
		return protocol.Refusal{}
	}
	return protocol.Refusal{Status: protocol.StatusNotFound, Text: "Invalid path requested."}
}

func oneOf(l hashtree.Label, words ...hashtree.Label) bool {
	for _, w := range words {
		if l == w {
			return true
		}
	}
	return false
}

// subnetPath is about /subnet. Canister ranges in the flat form are for readers of interface version 2; those of the root subnet,
// which has no delegation, are for all.
func (r *Read) subnetPath(path hashtree.Path) protocol.Refusal {
	switch {
	case len(path) <= 2:
		return protocol.Refusal{}
	case len(path) > 3:
		return onlyIf(path[2] == "node" && (len(path) == 4 || len(path) == 5 && path[4] == "public_key"))
	case path[2] == "metrics" && r.ReadRequest.Subnet:
		return matches(path[1], r.Subnet)
	case path[2] == "canister_ranges":
		return onlyIf(r.Flat || path[1] == hashtree.Label(r.Root.Bytes()))
	}
	return onlyIf(oneOf(path[2], "public_key", "type", "node"))
}

// canisterPath is about /canister. What a canister certified is only shown to the canister.
func (r *Read) canisterPath(path hashtree.Path) protocol.Refusal {
	leaf := len(path) == 3 &&
		oneOf(path[2], "controllers", "module_hash", "canister_creation_timestamp", "last_install_timestamp")
	section := len(path) == 4 && path[2] == "metadata"
	if r.ReadRequest.Subnet || !leaf && !section {
		return onlyIf(false)
	}
	if section && !utf8.ValidString(string(path[3])) {
		return badRequest("Could not parse the custom section name: it is not UTF-8.")
	}
	if refusal := matches(path[1], r.ReadRequest.Effective.Principal()); refusal.Status != 0 {
		return refusal
	}
	if section && r.State.HidesSection(r.ReadRequest.Effective, string(path[3]), r.ReadRequest.Read.Content.Sender) {
		return protocol.Refusal{Status: protocol.StatusForbidden, Text: fmt.Sprintf(
			"Custom section %.100s can only be requested by the controllers of the canister.", path[3])}
	}
	return protocol.Refusal{}
}

// statusPath is about /request_status. *call is the one that the paths before ask about, if any.
func (r *Read) statusPath(path hashtree.Path, call **protocol.MessageID) protocol.Refusal {
	known := len(path) == 2 || len(path) == 3 && oneOf(path[2], "status", "reply", "reject_code", "reject_message", "error_code")
	if !known || r.ReadRequest.Subnet && r.Flat {
		return onlyIf(false)
	}
	var id protocol.MessageID
	if len(path[1]) != len(id) {
		return badRequest("Invalid request id in paths. Maybe the request ID is not of %d bytes in length?!", len(id))
	}
	copy(id[:], path[1])
	if *call != nil && **call != id {
		return badRequest("More than one non-unique request ID exists in request_status paths: %s and %s.", **call, id)
	}
	*call = &id
	origin, ok := r.State.CallOrigin(id)
	switch {
	case !ok:
		return protocol.Refusal{}
	case origin.Sender != r.ReadRequest.Read.Content.Sender:
		return protocol.Refusal{Status: protocol.StatusForbidden, Text: "The user tries to access Request ID not signed by the caller."}
	case !r.Scope.Allows(origin.Receiver.Principal()):
		return protocol.Refusal{Status: protocol.StatusForbidden,
			Text: "The user tries to access request IDs for canisters not belonging to sender delegation targets."}
	case origin.Receiver != protocol.ManagementCanister && !r.ReadRequest.Subnet:
		return matches(hashtree.Label(origin.Receiver.Principal().Bytes()), r.ReadRequest.Effective.Principal())
	}
	return protocol.Refusal{}
}

// matches refuses a principal in a path that is not the one the request was sent in the name of.
func matches(label hashtree.Label, effective principal.ID) protocol.Refusal {
	id, err := principal.FromBytes([]byte(label))
	switch {
	case err != nil:
		return badRequest("Could not parse principal ID: %s.", err)
	case id != effective:
		return badRequest("Effective principal id in URL %s does not match requested principal id: %s.", effective, id)
	}
	return protocol.Refusal{}
}

// Shown gives the paths that a certificate for the read shows. Readers of interface versions after 2 do not see flat canister
// ranges under a whole subnet, except for the root's (read_state.rs, DeprecatedCanisterRangesFilter).
func (r *Read) Shown(tree hashtree.Tree) []hashtree.Path {
	if r.Flat {
		return r.ReadRequest.Read.Content.Paths
	}
	var shown []hashtree.Path
	for _, path := range r.ReadRequest.Read.Content.Paths {
		switch {
		case path[0] != "subnet" || len(path) > 2:
			shown = append(shown, path)
		case len(path) == 2:
			shown = r.appendSubnet(shown, tree, path)
		default:
			subnets, _ := tree.Subtree("subnet")
			for id := range subnets.Ascend("") {
				shown = r.appendSubnet(shown, tree, hashtree.Path{"subnet", id})
			}
		}
	}
	return shown
}

// appendSubnet appends what may be seen of a subnet's directory.
func (r *Read) appendSubnet(shown []hashtree.Path, tree hashtree.Tree, path hashtree.Path) []hashtree.Path {
	entries, ok := tree.Subtree(path...)
	if !ok || path[1] == hashtree.Label(r.Root.Bytes()) {
		return append(shown, path)
	}
	for name := range entries.Ascend("") {
		if name != "canister_ranges" {
			shown = append(shown, hashtree.Path{path[0], path[1], name})
		}
	}
	return shown
}
