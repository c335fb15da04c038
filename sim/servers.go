package sim

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"icsim/protocol"
	"icsim/protocol/outcalls"
	"icsim/sim/memo"
)

// A Server is how an HTTPS server answers outcalls.
type Server struct {
	URL    string
	Prefix bool              // the request's URL only begins with URL
	Method string            // get, head, post, put, delete or patch; empty: any
	Nodes  []protocol.NodeID // whom it answers so; nil: all

	Unreachable bool // it cannot be connected to
	Status      uint16
	Headers     []protocol.HTTPHeader
	Bodies      [][]byte // node i of a subnet gets the one at i, modulo how many there are; none: it is empty
	Delay       time.Duration
}

// fits reports whether this is how the server answers a node's request.
func (s *Server) fits(node protocol.NodeID, c *protocol.OutcallContext) bool {
	return (s.URL == c.URL || s.Prefix && strings.HasPrefix(c.URL, s.URL)) &&
		(s.Method == "" || s.Method == c.Method.String()) &&
		(s.Nodes == nil || slices.Contains(s.Nodes, node))
}

// servers are all that there are: the adapter of every node.
type servers struct {
	list     []Server
	position []int // of a node in its subnet
}

func (s *simulation) newServers() *servers {
	v := &servers{list: s.config.Servers}
	for _, sub := range s.subnets {
		for i := range sub.nodes {
			v.position = append(v.position, i)
		}
	}
	for i := range s.config.Spares.Places {
		v.position = append(v.position, i)
	}
	return v
}

// noHost is what a resolver says about a name that nobody has, and how soon.
const (
	noHost      = "dns error: failed to lookup address information: Name or service not known"
	noHostAfter = 50 * time.Millisecond
)

// Fetch implements outcalls.Adapter.
func (v *servers) Fetch(node protocol.NodeID, c *protocol.OutcallContext) outcalls.Answer {
	i := slices.IndexFunc(v.list, func(s Server) bool { return s.fits(node, c) })
	if i < 0 {
		return outcalls.Answer{Failure: noHost, After: noHostAfter}
	}
	s := &v.list[i]
	if s.Unreachable {
		return outcalls.Answer{Failure: "tcp connect error: Connection refused", After: s.Delay}
	}
	r := &protocol.HTTPResponse{Status: s.Status, Headers: s.Headers}
	if len(s.Bodies) > 0 && c.Method != protocol.HTTPHead {
		r.Body = s.Bodies[v.position[node]%len(s.Bodies)]
	}
	return outcalls.Answer{Response: r, After: s.Delay}
}

// sharedTransformations is where honest nodes share what canisters make of responses on states; nil: nowhere.
func (s *simulation) sharedTransformations() *memo.Cache[transformation, protocol.Transformed] {
	if s.config.NoShare {
		return nil
	}
	return memo.NewCache[transformation, protocol.Transformed](transformationsShared)
}

// transformationsShared is how many are remembered: each keeps a state alive, and nodes are seconds apart at most.
const transformationsShared = 1 << 10

func shareTransformer(t protocol.Transformer, results *memo.Cache[transformation, protocol.Transformed]) protocol.Transformer {
	if results == nil {
		return t
	}
	return &sharedTransformer{inner: t, results: results}
}

type sharedTransformer struct {
	inner   protocol.Transformer
	results *memo.Cache[transformation, protocol.Transformed]
}

// A transformation is all that one depends on. States and contexts are immutable, and honest nodes share them; the rest of the
// round's context follows from the height at which the state is.
type transformation struct {
	state    protocol.CanisterState
	height   protocol.Height
	call     *protocol.OutcallContext
	response [sha256.Size]byte
}

func (t *sharedTransformer) Transform(
	s protocol.CanisterState, ctx *protocol.RoundContext, c *protocol.OutcallContext, r *protocol.HTTPResponse,
) protocol.Transformed {
	h := sha256.New()
	fmt.Fprintf(h, "%d %q %d ", r.Status, r.Headers, len(r.Body))
	h.Write(r.Body)
	key := transformation{state: s, height: ctx.Height, call: c}
	h.Sum(key.response[:0])
	return t.results.Do(key, func() protocol.Transformed { return t.inner.Transform(s, ctx, c, r) })
}
