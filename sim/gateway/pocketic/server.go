package pocketic

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"icsim/canister/wasm"
)

// A Config is what a server's instances have in common.
type Config struct {
	Crypto  string      // "bls", which agents can verify, or "ideal"
	Nodes   int         // of each subnet
	Library []byte      // a module of icsim's own that may be installed; nil: none
	Modules *wasm.Cache // compiled, for all instances
	Version string      // that the interface for agents tells
}

// Bounds of what is taken from outside.
const (
	maxBody      = 32 << 20 // bytes of a request: 10 MiB of arguments in base64, and room
	maxBlob      = 512 << 20
	maxInstances = 200 // that live at once
	// idleInstance is after how long without requests an instance is given up: that of a test that died without deleting it.
	idleInstance = 10 * time.Minute
)

// A Server is PocketIC's. Build it with New, and Close it.
type Server struct {
	cfg    Config
	routes *http.ServeMux

	mu        sync.Mutex
	instances []*instance // by id; nil: deleted
	blobs     map[string][]byte
	gateways  []*port // by id; nil: stopped
	open      int     // requests under way
	asked     time.Time
}

// New makes a server without instances.
func New(c Config) *Server {
	s := &Server{cfg: c, routes: http.NewServeMux(), blobs: map[string][]byte{}, asked: time.Now()}
	s.route()
	return s
}

// ServeHTTP answers a request. Paths may end in a slash.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.enter()
	defer s.leave()
	if path := r.URL.Path; len(path) > 1 && strings.HasSuffix(path, "/") {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = strings.TrimRight(path, "/"), ""
	}
	s.routes.ServeHTTP(w, r)
}

func (s *Server) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	s.asked = time.Now()
}

// Idle is for how long nobody has asked anything.
func (s *Server) Idle() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open > 0 {
		return 0
	}
	return time.Since(s.asked)
}

// Close ends all instances.
func (s *Server) Close() {
	s.mu.Lock()
	instances, gateways := s.instances, s.gateways
	s.instances, s.gateways = nil, nil
	s.mu.Unlock()
	for _, g := range gateways {
		g.close()
	}
	for _, i := range instances {
		i.close()
	}
}

// Reap ends instances that nobody has used for long. It is to be called every now and then.
func (s *Server) Reap() { s.reap(time.Now().Add(-idleInstance)) }

func (s *Server) reap(since time.Time) {
	s.mu.Lock()
	var idle []int
	for id, i := range s.instances {
		if i != nil && i.idleSince(since) {
			idle = append(idle, id)
		}
	}
	s.mu.Unlock()
	for _, id := range idle {
		s.end(id)
	}
}

// end ends an instance, and what listens for it.
func (s *Server) end(id int) {
	s.mu.Lock()
	i := s.instances[id]
	s.instances[id] = nil
	for n, p := range s.gateways {
		if p != nil && p.instance == id {
			p.close()
			s.gateways[n] = nil
		}
	}
	s.mu.Unlock()
	i.close()
}

// route says what answers what. What is not here is not supported.
func (s *Server) route() {
	s.routes.HandleFunc("GET /status", func(http.ResponseWriter, *http.Request) {})
	s.routes.HandleFunc("POST /blobstore", s.putBlob)
	s.routes.HandleFunc("GET /blobstore/{id}", s.getBlob)
	s.handle("POST /verify_signature", s.verifySignature)
	s.handle("GET /read_graph/{label}/{op}", s.readGraph)
	s.handle("DELETE /prune_graph/{label}/{op}", s.readGraph)
	s.handle("GET /instances", s.list)
	s.routes.HandleFunc("POST /instances", s.create)
	s.handle("DELETE /instances/{id}", s.remove)
	s.handle("GET /http_gateway", s.listPorts)
	s.routes.HandleFunc("POST /http_gateway", s.openPort)
	s.handle("POST /http_gateway/{id}/stop", s.closePort)
	for path, o := range operations() { //tidy:unordered routes have no order
		method, path, _ := strings.Cut(path, " ")
		s.handle(method+" /instances/{id}/"+path, func(ctx context.Context, r *http.Request, body []byte) (any, error) {
			i, err := s.instance(r)
			if err != nil {
				return nil, err
			}
			defer i.used()
			return o(i, ctx, body)
		})
	}
	s.routes.HandleFunc("/instances/{id}/api/", s.agents)
	s.routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		answer(w, 0, nil, unsupported("%s %s", r.Method, r.URL.Path))
	})
}

// An operation is what a route of an instance does.
type operation func(i *instance, ctx context.Context, body []byte) (any, error)

func operations() map[string]operation {
	return map[string]operation{
		"POST read/query":                    (*instance).query,
		"GET read/topology":                  (*instance).showTopology,
		"GET _/topology":                     (*instance).showTopology,
		"GET read/get_time":                  (*instance).getTime,
		"GET read/get_canister_http":         (*instance).openOutcalls,
		"POST update/mock_canister_http":     (*instance).answerOutcall,
		"POST read/get_controllers":          (*instance).getControllers,
		"POST read/get_cycles":               (*instance).getCycles,
		"POST read/get_stable_memory":        (*instance).getStableMemory,
		"POST update/set_stable_memory":      (*instance).setStableMemory,
		"POST read/get_subnet":               (*instance).getSubnet,
		"POST read/pub_key":                  (*instance).publicKey,
		"POST read/ingress_status":           (*instance).ingressStatus,
		"POST update/submit_ingress_message": (*instance).submit,
		"POST update/await_ingress_message":  (*instance).await,
		"POST update/set_time":               (*instance).setTime,
		"POST update/set_certified_time":     (*instance).setCertifiedTime,
		"POST update/add_cycles":             (*instance).addCycles,
		"POST update/tick":                   (*instance).tick,
		"GET auto_progress":                  (*instance).autoProgresses,
		"POST auto_progress":                 (*instance).autoProgress,
		"POST stop_progress":                 (*instance).stopProgress,
	}
}

// handle answers a route with JSON.
func (s *Server) handle(pattern string, f func(ctx context.Context, r *http.Request, body []byte) (any, error)) {
	s.routes.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			answer(w, 0, nil, bad("reading the request: %v", err))
			return
		}
		value, err := f(r.Context(), r, body)
		answer(w, http.StatusOK, value, err)
	})
}

// instance finds the one that a path names.
func (s *Server) instance(r *http.Request) (*instance, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || id < 0 || id >= len(s.instances) || s.instances[id] == nil {
		return nil, missing("there is no instance %s, or it has been deleted", r.PathValue("id"))
	}
	return s.instances[id], nil
}

// list tells of each instance that there ever was what it does.
func (s *Server) list(context.Context, *http.Request, []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]string, len(s.instances))
	for id, i := range s.instances {
		if all[id] = "Available"; i == nil {
			all[id] = "Deleted"
		}
	}
	return all, nil
}

// create makes an instance (CreateInstanceResponse).
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	id, i, err := s.newInstance(w, r)
	if err != nil {
		answer(w, http.StatusBadRequest, map[string]any{"Error": map[string]string{"message": err.Error()}}, nil)
		return
	}
	answer(w, http.StatusCreated, map[string]any{"Created": map[string]any{
		"instance_id": id, "topology": i.topology, "http_gateway_info": i.gateway,
	}}, nil)
}

func (s *Server) newInstance(w http.ResponseWriter, r *http.Request) (id int, i *instance, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return 0, nil, err
	}
	var c instanceConfig
	if err := decode(body, &c); err != nil {
		return 0, nil, err
	}
	if i, err = s.found(r.Context(), &c); err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	living := 0
	for _, other := range s.instances {
		if other != nil {
			living++
		}
	}
	if id = len(s.instances); living < maxInstances {
		s.instances = append(s.instances, i)
	}
	s.mu.Unlock()
	if living >= maxInstances {
		i.close()
		return 0, nil, bad("there are %d instances; delete one", living)
	}
	if isSet(c.Gateway) {
		i.gateway, err = s.listen(c.Gateway, id, i)
	}
	return id, i, err
}

// remove ends an instance.
func (s *Server) remove(_ context.Context, r *http.Request, _ []byte) (any, error) {
	if _, err := s.instance(r); err != nil {
		return nil, err
	}
	id, _ := strconv.Atoi(r.PathValue("id")) // which it is, as there is an instance
	s.end(id)
	return nil, nil
}

// readGraph has nothing to show: operations are answered when they are done, never with the promise of a result.
func (s *Server) readGraph(context.Context, *http.Request, []byte) (any, error) {
	return nil, missing("there is no such operation: icsim answers each when it is done")
}
