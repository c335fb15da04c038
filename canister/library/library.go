package library

import (
	"embed"
	"errors"
)

//go:embed library.*
var files embed.FS

// Module gives the module of all canisters of the library, for canister.Install with Library set. The error says that it has not been
// built.
func Module() ([]byte, error) {
	module, err := files.ReadFile("library.wasm")
	if err != nil {
		return nil, errors.New("the canisters of the library have not been built: run make build, and compile again")
	}
	return module, nil
}

// A Canister is one of the library.
type Canister struct {
	Name     string
	About    string // one line
	Settings []Setting
}

// Canisters gives the library, by name.
func Canisters() []Canister {
	return []Canister{
		{"burner", "uses instructions and writes to memory: burn", []Setting{
			{"instructions", Number, "of a call"},
			{"pages", Number, "of 4 KiB, that a call writes to"},
		}},
		{"caller", "calls other canisters and counts replies and rejects: call, replies, rejects, stats", []Setting{
			{"calls", Principals, "the canisters to call, in turn"},
			{"method", Text, "of theirs; inc if not given"},
			{"payload", Blob, "the argument of each call; () if not given"},
			{"cycles", Number, "to send with each call"},
			{"count", Number, "of calls each time; 1 if not given"},
			{"concurrency", Number, "the most calls open at once; 100 if not given"},
			{"every", Duration, "the time between calls that it makes by itself; none if not given"},
			{"total", Number, "the calls it makes by itself before it stops; no end if not given"},
		}},
		{"counter", "holds a number: inc, set, get", []Setting{
			{"start", Number, "what it begins at"},
		}},
		{"fetcher", "asks HTTPS servers: fetch", []Setting{
			{"keep", Text, "the field of a JSON object to keep of each answer, so that nodes agree; the whole answer if not given"},
			{"method", Text, "get if not given"},
			{"body", Blob, "of each request; none if not given"},
			{"max_response", Number, "of bytes; 10000 if not given"},
			{"replicated", Number, "0: only one node asks"},
			{"cycles", Number, "to send with each request, of which most come back; 25B if not given"},
		}},
		{"interpreter", "runs programs that are sent to it (canister/library/script): run, state", []Setting{
			{"cells", Number, "of 8 bytes, that it begins with; 64 if not given"},
		}},
		{"migration", "moves canisters to other subnets: migrate_canister, migration_status, copy_canister", []Setting{
			{"wait", Duration, "until a moved canister can be started, from when it was seen to be stopped; 5m if not given"},
		}},
		{"signer", "asks chain keys for signatures: sign", []Setting{
			{"path", Text, "the only part of the derivation path, or the context of vetKD; none if not given"},
			{"cycles", Number, "to send with each request, of which what is not the fee comes back; 30B if not given"},
		}},
		{"site", "answers HTTP requests with certified pages: http_request, http_request_update", []Setting{
			{"title", Text, "of its first page"},
			{"large", Number, "of bytes at /large.bin, which come in parts of 256 KiB; 1 MiB if not given"},
			{"version", Number, "of response verification, 1 or 2; what the request asks for if not given"},
		}},
	}
}

// Names gives the names of the canisters, ascending.
func Names() []string {
	var names []string
	for _, c := range Canisters() {
		names = append(names, c.Name)
	}
	return names
}
