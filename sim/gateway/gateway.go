package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/envelope"
	"icsim/sim/gateway/live"
	"icsim/sim/recording"
)

// Bounds of what is taken from outside.
const (
	maxBody = 5 << 20 // bytes of a request: an ingress message of 3.5 MiB, with room for its envelope
	maxOpen = 1000    // requests under way
	// Patience is how long a request may take in real time, whatever virtual time it takes.
	patience = 2 * time.Minute
)

// Agents is the HTTPS interface that agents speak (interface specification). Build it with NewAgents.
type Agents struct {
	runner  *live.Runner
	version string
	genesis uint64
	open    chan struct{}
}

// NewAgents serves a session's network. version is what status tells of this program.
func NewAgents(r *live.Runner, genesis uint64, version string) *Agents {
	return &Agents{runner: r, version: version, genesis: genesis, open: make(chan struct{}, maxOpen)}
}

// ServeHTTP answers /api/….
func (a *Agents) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowOrigins(w)
	switch {
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/api/v2/status":
		a.status(w, r)
	default:
		a.request(w, r)
	}
}

// allowOrigins lets pages of any origin use the interface, as boundary nodes do.
func allowOrigins(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Accept, Content-Type, User-Agent, X-Requested-With")
	h.Set("Access-Control-Max-Age", "7200")
}

func (a *Agents) status(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuse(w, http.StatusMethodNotAllowed, "status is asked by GET")
		return
	}
	s := envelope.Status{Version: a.version}
	err := a.runner.Do(func(x *sim.Session) {
		s.RootKey, s.Health, s.CertifiedHeight = x.RootKey(), x.Health().String(), uint64(x.CertifiedHeight())
	})
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	respond(w, s.Response())
}

func (a *Agents) request(w http.ResponseWriter, r *http.Request) {
	endpoint, refusal := envelope.ParsePath(r.URL.Path)
	switch {
	case refusal != nil:
		respond(w, envelope.RefusedResponse(refusal))
		return
	case r.Method != http.MethodPost:
		refuse(w, http.StatusMethodNotAllowed, "this endpoint takes POST")
		return
	case r.Header.Get("Content-Type") != envelope.ContentType:
		refuse(w, http.StatusBadRequest, "Content-Type has to be "+envelope.ContentType)
		return
	}
	select {
	case a.open <- struct{}{}:
		defer func() { <-a.open }()
	default:
		refuse(w, http.StatusTooManyRequests, "too many requests are open; try again")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			refuse(w, http.StatusRequestEntityTooLarge, "the request is larger than 5 MiB")
		}
		return // else the client has gone
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	respond(w, a.Answer(ctx, endpoint, r.URL.Path, body))
}

// Answer carries out one request.
func (a *Agents) Answer(ctx context.Context, endpoint envelope.Endpoint, path string, body []byte) envelope.Response {
	request, refusal := endpoint.Request(body, a.genesis)
	if refusal != nil {
		return envelope.RefusedResponse(refusal)
	}
	answer, err := a.runner.Ask(ctx, request, recording.Raw{Path: path, Body: body})
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return envelope.RefusedResponse(&protocol.Refusal{Status: http.StatusGatewayTimeout, Text: "no answer in time"})
	case err != nil:
		return envelope.RefusedResponse(&protocol.Refusal{Status: http.StatusServiceUnavailable, Text: err.Error()})
	}
	return endpoint.Response(&answer)
}

func refuse(w http.ResponseWriter, status int, text string) {
	respond(w, envelope.RefusedResponse(&protocol.Refusal{Status: status, Text: text}))
}

func respond(w http.ResponseWriter, r envelope.Response) {
	kind := "text/plain; charset=utf-8"
	if r.Status == http.StatusOK {
		kind = envelope.ContentType
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(r.Status)
	_, _ = w.Write(r.Body) // a client that has gone is none of ours
}
