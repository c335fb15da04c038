package page

import (
	"context"
	"errors"
	"net/http"
	"time"

	"icsim/canister/candid"
	"icsim/protocol"
	"icsim/sim/gateway/visitor"
)

// A MethodState is a method of a canister.
type MethodState struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Args    string `json:"args"`
	Results string `json:"results"`
}

// canister tells the methods of a canister; known is false if its Candid is not.
func (p *page) canister(w http.ResponseWriter, r *http.Request) {
	c, err := p.findCanister(r.URL.Query().Get("id"))
	if err != nil {
		failWith(w, err)
		return
	}
	if c.Interface == nil {
		ctx, cancel := context.WithTimeout(r.Context(), metadataTime)
		defer cancel()
		if c.Interface, err = p.metadata(ctx, c.ID); err != nil {
			failWith(w, err)
			return
		}
	}
	methods := []MethodState{}
	if c.Interface != nil {
		for _, m := range c.Interface.Service.Methods() {
			s := m.Type.Signature()
			kind := "update"
			if s.Mode&(candid.Query|candid.CompositeQuery) != 0 {
				kind = "query"
			}
			methods = append(methods, MethodState{m.Name, kind, candid.FormatTypes(s.Args), candid.FormatTypes(s.Results)})
		}
	}
	reply(w, http.StatusOK, map[string]any{
		"id": c.ID.Principal().String(), "name": c.Name, "known": c.Interface != nil, "methods": methods,
	})
}

// metadataTime is how long a page waits for a canister's interface, in real time.
const metadataTime = 5 * time.Second

// metadata asks for the interface that a canister's module carries, as agents do; nil if it says none, or nothing in time.
func (p *page) metadata(ctx context.Context, c protocol.CanisterID) (*candid.Interface, error) {
	ctx, cancel := context.WithTimeout(ctx, metadataTime)
	defer cancel()
	text, found, err := p.visitor.Metadata(ctx, c, "candid:service")
	var refused *visitor.Refused
	switch {
	case errors.As(err, &refused), errors.Is(err, context.DeadlineExceeded):
		return nil, nil // it is not for everybody, or nobody says
	case err != nil || !found:
		return nil, err
	}
	i, err := candid.ParseDID(string(text))
	if err != nil {
		return nil, nil // other tools wrote it
	}
	return i, nil
}
