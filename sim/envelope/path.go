package envelope

import (
	"fmt"
	"strings"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// An Operation is what an endpoint does.
type Operation string

const (
	Call      Operation = "call"
	Query     Operation = "query"
	ReadState Operation = "read_state"
)

// An Endpoint is what a path names: an operation on a canister's subnet or on a subnet.
type Endpoint struct {
	Operation Operation
	Version   int          // of the interface: 2, 3 or 4
	Subnet    bool         // about a subnet
	ID        principal.ID // of the canister or subnet
}

// versions are those that are served. Agents that find a newer one missing take an older one.
func (e *Endpoint) served() bool {
	switch e.Operation {
	case Call:
		return !e.Subnet && e.Version >= 2 && e.Version <= 4 || e.Subnet && e.Version == 4
	case Query:
		return !e.Subnet && (e.Version == 2 || e.Version == 3) || e.Subnet && e.Version == 3
	case ReadState:
		return e.Version == 2 || e.Version == 3
	}
	return false
}

// ParsePath reads a path such as /api/v3/canister/rwlgt-iiaaa-aaaaa-aaaaa-cai/query. The refusal says why it is none.
func ParsePath(path string) (Endpoint, *protocol.Refusal) {
	var e Endpoint
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) != 5 || parts[0] != "api" || len(parts[1]) != 2 || parts[1][0] != 'v' || parts[2] != "canister" && parts[2] != "subnet" {
		return e, refuse(notFound,
			"no such endpoint: want /api/v2/status, or /api/v{2,3,4}/{canister,subnet}/<id>/{call,query,read_state}")
	}
	e.Version, e.Subnet, e.Operation = int(parts[1][1]-'0'), parts[2] == "subnet", Operation(parts[4])
	if !e.served() {
		return e, refuse(notFound, "no endpoint %s of a %s in version %s of the interface", parts[4], parts[2], parts[1])
	}
	id, err := principal.Parse(parts[3])
	if err != nil {
		return e, refuse(badRequest, "%q in the path is no principal: %v", parts[3], err)
	}
	e.ID = id
	return e, nil
}

// Path writes an endpoint's path: what ParsePath reads.
func (e *Endpoint) Path() string {
	about := "canister"
	if e.Subnet {
		about = "subnet"
	}
	return fmt.Sprintf("/api/v%d/%s/%s/%s", e.Version, about, e.ID, e.Operation)
}

func refuse(status int, format string, args ...any) *protocol.Refusal {
	return &protocol.Refusal{Status: status, Text: fmt.Sprintf(format, args...)}
}
