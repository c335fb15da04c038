package site

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"icsim/crypto/principal"
)

// A Target is the canister that a request is for. On a raw domain nothing is verified.
type Target struct {
	Canister principal.ID
	Raw      bool
}

// parameter is that of a URL that names a canister where the host does not.
const parameter = "canisterId"

// TargetOf finds the canister that a request is for: by its host, <canister id>.DOMAIN or <canister id>.raw.DOMAIN with any port;
// or else by ?canisterId= in its URL, or in that of the page which it comes from. ok is false if it is for none.
func (h *Handler) TargetOf(r *http.Request) (to Target, ok bool) {
	if to, ok = h.fromHost(r.Host); ok {
		return to, true
	}
	if to, ok = fromQuery(r.URL); ok {
		return to, true
	}
	page, err := url.Parse(r.Referer())
	if err != nil || page.Host != r.Host {
		return Target{}, false
	}
	return fromQuery(page)
}

func (h *Handler) fromHost(host string) (Target, bool) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, domain := range h.domains {
		labels, ok := strings.CutSuffix(host, "."+domain)
		if !ok {
			continue
		}
		text, raw := strings.CutSuffix(labels, ".raw")
		if id, err := principal.Parse(text); err == nil {
			return Target{id, raw}, true
		}
	}
	return Target{}, false
}

func fromQuery(u *url.URL) (Target, bool) {
	id, err := principal.Parse(u.Query().Get(parameter))
	return Target{Canister: id}, err == nil
}
