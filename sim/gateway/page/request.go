package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// policy lets the page load its own parts and talk to its own server, and nobody put it into a frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guarded sets what all answers have, and refuses what comes from other pages.
func guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", policy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("Cache-Control", "no-cache")
		if strings.HasPrefix(r.URL.Path, "/page/api/") {
			head.Set("Cache-Control", "no-store")
			if why := foreign(r); why != "" {
				fail(w, http.StatusForbidden, "%s", why)
				return
			}
		}
		h.ServeHTTP(w, r)
	})
}

// foreign says why a request may come from a page that is not this one. Programs that are no browsers send none of these headers.
func foreign(r *http.Request) string {
	if !local(r.Host) {
		return fmt.Sprintf("the host is %q; open the page by an IP address or as localhost", r.Host)
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return "the request comes from another page"
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(u.Host, r.Host) || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Sprintf("the request comes from another page, of %s", origin)
		}
	}
	return ""
}

// local tells whether a host is an address or localhost: no name that a stranger could let lead here.
func local(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil || strings.EqualFold(name, "localhost")
}

func get(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			fail(w, http.StatusMethodNotAllowed, "%s is asked by GET", r.URL.Path)
			return
		}
		h(w, r)
	}
}

func post(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		switch {
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", "POST")
			fail(w, http.StatusMethodNotAllowed, "%s takes POST", r.URL.Path)
		case kind != "application/json":
			fail(w, http.StatusUnsupportedMediaType, "Content-Type has to be application/json")
		default:
			h(w, r)
		}
	}
}

// maxBody bounds a request: an argument of 2 MiB, written as text.
const maxBody = 8 << 20

// read takes a request's JSON. It answers itself when there is something wrong.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("there is more after it")
		}
	}
	var long *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &long):
		fail(w, http.StatusRequestEntityTooLarge, "the request is larger than %d bytes", maxBody)
	default:
		fail(w, http.StatusBadRequest, "the request is no JSON object as this takes it: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return false
}

func fail(w http.ResponseWriter, status int, format string, args ...any) {
	reply(w, status, map[string]string{"error": fmt.Sprintf(format, args...)})
}

func reply(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("page: writing %T: %v", v, err)) // numbers, texts and lists only: cannot fail
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(raw) // a reader that has gone is none of ours
}
