package site

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"icsim/crypto/httpcert"
)

// A Handler serves the sites of canisters.
type Handler struct {
	gateway *Gateway
	domains []string // below which canisters have their hosts
}

// NewHandler serves the canisters of a network under hosts <canister id>.DOMAIN, localhost if no domain is given.
func NewHandler(b Backend, domains ...string) *Handler {
	if len(domains) == 0 {
		domains = []string{"localhost"}
	}
	return &Handler{NewGateway(b), domains}
}

// maxRequestBytes is the most that a request's body may have: an argument of a call has 2 MiB (reference/interface.md A.6).
const maxRequestBytes = 2 << 20

// ServeHTTP answers a request that is for a canister, and says so if it is for none.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to, ok := h.TargetOf(r)
	switch {
	case !ok:
		writeFailure(w, failf(http.StatusBadRequest, "the request names no canister: its host is to be <canister id>.%s, or its URL "+
			"to have ?%s=<canister id>", h.domains[0], parameter))
		return
	case r.Method == http.MethodOptions:
		allowOrigins(w.Header())
		w.WriteHeader(http.StatusNoContent)
		return
	}
	q, failure := requestOf(w, r)
	var response *httpcert.Response
	if failure == nil {
		response, failure = h.gateway.answer(to, q)
	}
	if failure != nil {
		writeFailure(w, failf(failure.Status, "canister %s: %s", to.Canister, failure.Text))
		return
	}
	write(w, r, response)
}

// requestOf is the request as its canister is to see it. Headers come by name, since their order is not known; only the
// encodings that the client accepts get another one, which every client does.
func requestOf(w http.ResponseWriter, r *http.Request) (*httpcert.Request, *Failure) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, failf(http.StatusRequestEntityTooLarge, "the request's body has more than %d bytes", maxRequestBytes)
	case err != nil:
		return nil, failf(http.StatusBadRequest, "the request's body cannot be read: %v", err)
	}
	q := &httpcert.Request{Method: strings.ToUpper(r.Method), URL: r.URL.RequestURI(), Body: body}
	for name, values := range r.Header { //tidy:sorted below
		for _, v := range values {
			if !utf8.ValidString(v) || !utf8.ValidString(name) {
				return nil, failf(http.StatusBadRequest, "the request's header %q is not UTF-8", name)
			}
			if name == "Accept-Encoding" && !strings.Contains(strings.ToLower(v), "identity") {
				v += ", identity"
			}
			q.Headers = append(q.Headers, httpcert.Field{Name: strings.ToLower(name), Value: v})
		}
	}
	q.Headers = append(q.Headers, httpcert.Field{Name: "host", Value: r.Host})
	slices.SortStableFunc(q.Headers, func(a, b httpcert.Field) int { return strings.Compare(a.Name, b.Name) })
	if !utf8.ValidString(q.URL) || !utf8.ValidString(r.Host) || !utf8.ValidString(q.Method) {
		return nil, failf(http.StatusBadRequest, "the request's line or host is not UTF-8")
	}
	return q, nil
}

// ofConnection are the headers that the server sets, or that are of the canister's connection to nobody.
var ofConnection = []string{
	"Connection", "Content-Length", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// write sends a canister's response.
func write(w http.ResponseWriter, r *http.Request, response *httpcert.Response) {
	for _, f := range response.Headers {
		if name := http.CanonicalHeaderKey(f.Name); !slices.Contains(ofConnection, name) {
			w.Header().Add(name, f.Value)
		}
	}
	allowOrigins(w.Header())
	empty := response.Status == http.StatusNoContent || response.Status == http.StatusNotModified
	if !empty && r.Method != http.MethodHead {
		w.Header().Set("Content-Length", strconv.Itoa(len(response.Body)))
	}
	w.WriteHeader(int(response.Status))
	if !empty {
		_, _ = w.Write(response.Body) // a client that has gone is no fault of ours
	}
}

// allowOrigins lets pages of other origins use a response, where it says nothing of that itself (specification, "HTTP Response
// Decoding").
func allowOrigins(h http.Header) {
	for _, f := range [][2]string{
		{"Access-Control-Allow-Origin", "*"},
		{"Access-Control-Allow-Methods", "GET, POST, HEAD, OPTIONS"},
		{"Access-Control-Allow-Headers", "DNT,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Cookie"},
		{"Access-Control-Expose-Headers", "Content-Length,Content-Range"},
	} {
		if h.Get(f[0]) == "" {
			h.Set(f[0], f[1])
		}
	}
}

// writeFailure sends a page that says why there is no other.
func writeFailure(w http.ResponseWriter, f *Failure) {
	allowOrigins(w.Header())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(f.Status)
	fmt.Fprintf(w, "%d %s\n\n%s\n", f.Status, http.StatusText(f.Status), f.Text)
}
