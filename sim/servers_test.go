package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/outcalls"
)

// The first server that a request fits answers, to each node what is its own.
func TestServersAnswer(t *testing.T) {
	respond := func(status uint16, body string) *protocol.HTTPResponse {
		r := &protocol.HTTPResponse{Status: status}
		if body != "" {
			r.Body = []byte(body)
		}
		return r
	}
	s := &simulation{config: &Config{Servers: []Server{
		{URL: "https://a/x", Nodes: []protocol.NodeID{1, 5}, Status: 200, Bodies: [][]byte{[]byte("lie")}},
		{URL: "https://a/x", Method: "post", Status: 201},
		{URL: "https://a/", Prefix: true, Status: 200, Bodies: [][]byte{[]byte("even"), []byte("odd")}, Delay: 3},
		{URL: "https://b", Unreachable: true, Delay: 4},
	}}}
	s.subnets = []*subnetWorld{{nodes: []protocol.NodeID{0, 1, 2}}, {nodes: []protocol.NodeID{3, 4, 5}}}
	v := s.newServers()
	for _, x := range []struct {
		node   protocol.NodeID
		url    string
		method protocol.HTTPMethod
		want   outcalls.Answer
	}{
		{1, "https://a/x", protocol.HTTPGet, outcalls.Answer{Response: respond(200, "lie")}},
		{0, "https://a/x", protocol.HTTPPost, outcalls.Answer{Response: respond(201, "")}},
		{0, "https://a/x", protocol.HTTPGet, outcalls.Answer{Response: respond(200, "even"), After: 3}},
		{3, "https://a/y", protocol.HTTPGet, outcalls.Answer{Response: respond(200, "even"), After: 3}},
		{4, "https://a/y", protocol.HTTPGet, outcalls.Answer{Response: respond(200, "odd"), After: 3}},
		{4, "https://a/y", protocol.HTTPHead, outcalls.Answer{Response: respond(200, ""), After: 3}},
		{4, "https://a", protocol.HTTPGet, outcalls.Answer{Failure: noHost, After: 50 * time.Millisecond}},
		{4, "https://b/c", protocol.HTTPGet, outcalls.Answer{Failure: noHost, After: 50 * time.Millisecond}},
		{4, "https://b", protocol.HTTPGet, outcalls.Answer{Failure: "tcp connect error: Connection refused", After: 4}},
	} {
		c := &protocol.OutcallContext{URL: x.url, Method: x.method}
		require.Equal(t, x.want, v.Fetch(x.node, c), "node %s, %s %s", x.node, x.method, x.url)
	}
}

// countingTransformer counts what is not shared.
type countingTransformer struct{ calls int }

func (c *countingTransformer) Transform(
	_ protocol.CanisterState, ctx *protocol.RoundContext, _ *protocol.OutcallContext, r *protocol.HTTPResponse,
) protocol.Transformed {
	c.calls++
	return protocol.Transformed{Reply: append([]byte{byte(ctx.Height)}, r.Body...)}
}

// Transformations are shared by all that they depend on.
func TestTransformationsAreShared(t *testing.T) {
	inner := &countingTransformer{}
	shared := shareTransformer(inner, (&simulation{config: &Config{}}).sharedTransformations())
	call, other := &protocol.OutcallContext{}, &protocol.OutcallContext{ID: 1}
	headers := []protocol.HTTPHeader{{Name: "a", Value: "b"}}
	for i, x := range []struct {
		height protocol.Height
		call   *protocol.OutcallContext
		r      protocol.HTTPResponse
	}{
		{1, call, protocol.HTTPResponse{Status: 200, Body: []byte("x")}},
		{2, call, protocol.HTTPResponse{Status: 200, Body: []byte("x")}},
		{1, other, protocol.HTTPResponse{Status: 200, Body: []byte("x")}},
		{1, call, protocol.HTTPResponse{Status: 201, Body: []byte("x")}},
		{1, call, protocol.HTTPResponse{Status: 200, Headers: headers, Body: []byte("x")}},
		{1, call, protocol.HTTPResponse{Status: 200, Body: []byte("y")}},
	} {
		for range 3 {
			got := shared.Transform(nil, &protocol.RoundContext{Height: x.height}, x.call, &x.r)
			require.Equal(t, append([]byte{byte(x.height)}, x.r.Body...), got.Reply)
		}
		require.Equal(t, i+1, inner.calls)
	}
	off := &simulation{config: &Config{NoShare: true}}
	require.Equal(t, protocol.Transformer(inner), shareTransformer(inner, off.sharedTransformations()))
}
