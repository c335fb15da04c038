package page

import (
	"bytes"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"icsim/canister/candid"
	"icsim/metrics/world"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/gateway/live"
	"icsim/sim/gateway/visitor"
)

// A Scene is what a scenario knows of a session and the session does not: what things are called.
type Scene struct {
	Name, About string
	Seed        uint64
	Crypto      string
	Version     string // of this program
	Genesis     uint64 // in Unix nanoseconds
	Subnets     []Subnet
	Nodes       []string // by NodeID
	Places      []Place  // by index
	Canisters   []Canister
	Rename      func(string) string // of nodes in a line of the timeline; nil: as it stands
}

// A Subnet is described by the registry and the scenario.
type Subnet struct {
	Name string `json:"name"`
	ID   string `json:"id"`
	Type string `json:"type"`
}

// A Place is where nodes stand, in degrees if that is known.
type Place struct {
	Name    string  `json:"name"`
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	Located bool    `json:"located"`
}

// A Canister has a name.
type Canister struct {
	Name      string
	ID        protocol.CanisterID
	Subnet    string
	Interface *candid.Interface // nil: unknown
}

// A page serves one session.
type page struct {
	runner  *live.Runner
	visitor *visitor.Visitor
	scene   Scene
	feed    feed
}

//go:embed static
var static embed.FS

// New serves a session's page. The session is followed from now on.
func New(runner *live.Runner, v *visitor.Visitor, scene Scene) http.Handler {
	p := &page{runner: runner, visitor: v, scene: scene}
	p.feed.page = p
	_ = runner.Do(func(s *sim.Session) { s.Follow() }) // a session that is over shows so when it is asked
	parts, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // it is embedded under this name
	}
	mux := http.NewServeMux()
	files := http.FileServerFS(parts)
	mux.HandleFunc("/{$}", get(files.ServeHTTP))
	mux.HandleFunc("/page/land.js", get(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "land.js", time.Time{}, bytes.NewReader(world.Script))
	}))
	mux.HandleFunc("/page/", get(http.StripPrefix("/page", files).ServeHTTP))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, "there is nothing at %s; the page is at /", r.URL.Path)
	})
	mux.HandleFunc("/page/api/", p.unknown)
	mux.HandleFunc("/page/api/state", get(p.state))
	mux.HandleFunc("/page/api/stream", get(p.stream))
	mux.HandleFunc("/page/api/blocks", get(p.blocks))
	mux.HandleFunc("/page/api/canister", get(p.canister))
	mux.HandleFunc("/page/api/control", post(p.control))
	mux.HandleFunc("/page/api/call", post(p.call))
	return guarded(mux)
}

func (p *page) unknown(w http.ResponseWriter, r *http.Request) {
	fail(w, http.StatusNotFound, "there is nothing at %s; want state, stream, blocks, canister, control or call", r.URL.Path)
}

// subnet finds a subnet by its name or id; the empty name is the first.
func (p *page) subnet(name string) (int, bool) {
	for i, s := range p.scene.Subnets {
		if name == "" || name == s.Name || name == s.ID {
			return i, true
		}
	}
	return 0, false
}

// nodeName gives a node's name in the scenario.
func (p *page) nodeName(n protocol.NodeID) string {
	if int(n) < len(p.scene.Nodes) {
		return p.scene.Nodes[n]
	}
	return n.String()
}

func (p *page) rename(text string) string {
	if p.scene.Rename == nil {
		return text
	}
	return p.scene.Rename(text)
}
