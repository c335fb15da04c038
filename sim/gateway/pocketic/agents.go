package pocketic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"icsim/sim/gateway/site"
)

// agents answers requests of agents to an instance, below /instances/{id}/api.
func (s *Server) agents(w http.ResponseWriter, r *http.Request) {
	i, err := s.instance(r)
	if err != nil {
		answer(w, 0, nil, err)
		return
	}
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/instances/"), "/")
	r = r.Clone(r.Context())
	r.URL.Path, r.URL.RawPath = "/"+path, ""
	i.serve(i.agents, w, r)
}

// serve answers, and lets virtual time pass meanwhile if nothing else does.
func (i *instance) serve(h http.Handler, w http.ResponseWriter, r *http.Request) {
	defer i.used()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		h.ServeHTTP(w, r)
	}()
	for {
		select {
		case <-answered:
			return
		case <-time.After(glance):
		}
		if i.auto.Load() {
			continue // the runner sees to it
		}
		if err := i.runner.Step(step); err != nil {
			<-answered // which it is when the session is over
			return
		}
	}
}

// glance is how long an answer may take before time has to pass for it.
const glance = time.Millisecond

// A port serves an instance's agents and browsers at an address of its own (PocketIC's HTTP gateway).
type port struct {
	server   *http.Server
	number   int
	instance int
}

func (p *port) close() {
	if p != nil {
		_ = p.server.Close()
	}
}

type portConfig struct {
	Address *string  `json:"ip_addr"`
	Port    *uint16  `json:"port"`
	Domains []string `json:"domains"`
	HTTPS   *struct {
	} `json:"https_config"`
	Forward *struct {
		Instance *int    `json:"PocketIcInstance"`
		Replica  *string `json:"Replica"`
	} `json:"forward_to"`
}

type portShown struct {
	ID   int `json:"instance_id"`
	Port int `json:"port"`
}

// openPort opens one for an instance (CreateHttpGatewayResponse).
func (s *Server) openPort(w http.ResponseWriter, r *http.Request) {
	shown, err := s.requestedPort(w, r)
	if err != nil {
		answer(w, http.StatusBadRequest, map[string]any{"Error": map[string]string{"message": err.Error()}}, nil)
		return
	}
	answer(w, http.StatusCreated, map[string]any{"Created": shown}, nil)
}

func (s *Server) requestedPort(w http.ResponseWriter, r *http.Request) (*portShown, error) {
	var raw json.RawMessage
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&raw); err != nil {
		return nil, err
	}
	var c portConfig
	if err := decode(raw, &c); err != nil {
		return nil, err
	}
	switch {
	case c.Forward == nil || c.Forward.Instance == nil && c.Forward.Replica == nil:
		return nil, bad(`forward_to is missing; want {"PocketIcInstance": id}`)
	case c.Forward.Replica != nil:
		return nil, unsupported("an HTTP gateway to a replica outside")
	}
	r.SetPathValue("id", strconv.Itoa(*c.Forward.Instance))
	i, err := s.instance(r)
	if err != nil {
		return nil, err
	}
	return s.listen(raw, *c.Forward.Instance, i)
}

// listen opens a port for an instance's agents.
func (s *Server) listen(raw json.RawMessage, id int, i *instance) (*portShown, error) {
	var c portConfig
	if err := decode(raw, &c); err != nil {
		return nil, err
	}
	if c.HTTPS != nil {
		return nil, unsupported("HTTPS of an HTTP gateway; leave out https_config")
	}
	host, number := "127.0.0.1", uint16(0)
	if c.Address != nil {
		host = *c.Address
	}
	if c.Port != nil {
		number = *c.Port
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(int(number))))
	if err != nil {
		return nil, bad("the HTTP gateway cannot listen: %v", err)
	}
	p := &port{number: listener.Addr().(*net.TCPAddr).Port, instance: id}
	p.server = &http.Server{Handler: s.portHandler(i, c.Domains), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := p.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			_ = listener.Close()
		}
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateways = append(s.gateways, p)
	return &portShown{ID: len(s.gateways) - 1, Port: p.number}, nil
}

// portHandler serves the interface for agents, and to browsers what canisters show. The command line looks for the topology.
func (s *Server) portHandler(i *instance, domains []string) http.Handler {
	mux := http.NewServeMux()
	serve := func(path string, h http.Handler) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			s.enter()
			defer s.leave()
			i.serve(h, w, r)
		})
	}
	serve("/api/", i.agents)
	serve("/", site.NewHandler(site.Of(i.visitor), domains...))
	mux.HandleFunc("GET /_/topology", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, i.topology, nil) })
	return mux
}

func (s *Server) listPorts(context.Context, *http.Request, []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []map[string]any{}
	for id, p := range s.gateways {
		if p != nil {
			all = append(all, map[string]any{
				"instance_id": id, "port": p.number, "forward_to": map[string]int{"PocketIcInstance": p.instance},
			})
		}
	}
	return all, nil
}

func (s *Server) closePort(_ context.Context, r *http.Request, _ []byte) (any, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || id < 0 || id >= len(s.gateways) || s.gateways[id] == nil {
		return nil, missing("there is no HTTP gateway %s", fmt.Sprintf("%.20q", r.PathValue("id")))
	}
	s.gateways[id].close()
	s.gateways[id] = nil
	return nil, nil
}
