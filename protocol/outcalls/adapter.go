package outcalls

import (
	"fmt"
	"net/url"
	"time"

	"icsim/protocol"
)

// An Adapter is a node's way to servers (rs/https_outcalls/adapter). What it answers is a function of its arguments.
type Adapter interface {
	Fetch(node protocol.NodeID, c *protocol.OutcallContext) Answer
}

// An Answer is what came of a request.
type Answer struct {
	Response *protocol.HTTPResponse // nil: the server could not be reached
	Failure  string                 // why
	Reject   protocol.Reject        // instead of both: what the call is answered with
	After    time.Duration          // from the request
	Later    bool                   // nothing has come yet: it is to be asked for again
}

// requestTimeout is how long the adapter waits for a server (rs/https_outcalls/adapter/src/config.rs).
const requestTimeout = 30 * time.Second

// fetch makes a request: it asks the server, unless the URL is none that may be asked for, and holds its answer to the adapter's
// bounds (rs/https_outcalls/adapter/src/rpc_server.rs). What is not a response is why not.
func fetch(a Adapter, node protocol.NodeID, c *protocol.OutcallContext) *Request {
	r := &Request{ID: c.ID}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		r.reject = fatal("Failed to parse URL: %v", err)
		return r
	case u.Scheme != "https":
		r.reject = fatal("Url need to specify https scheme")
		return r
	case u.Host == "":
		r.reject = fatal("Failed to parse URL: it names no host")
		return r
	}
	answer := a.Fetch(node, c)
	r.After, r.later = answer.After, answer.Later
	if answer.After > requestTimeout {
		r.After, r.reject = requestTimeout, transient("Connecting to %.50s failed: deadline has elapsed", u.Hostname())
		return r
	}
	if r.reject = answer.Reject; r.reject.Code != 0 {
		return r
	}
	if answer.Response == nil {
		r.reject = transient("Connecting to %.50s failed: %s", u.Hostname(), answer.Failure)
		return r
	}
	var headers uint64
	for _, h := range answer.Response.Headers {
		headers += uint64(len(h.Name) + len(h.Value))
	}
	switch {
	case headers > c.MaxResponse:
		r.reject = fatal("Header size exceeds specified response size limit %d", c.MaxResponse)
	case headers+uint64(len(answer.Response.Body)) > c.MaxResponse:
		r.reject = fatal("Http body exceeds size limit of %d bytes.", c.MaxResponse)
	default:
		r.response = answer.Response
	}
	return r
}

func fatal(format string, args ...any) protocol.Reject {
	return protocol.Reject{Code: protocol.SysFatal, Message: fmt.Sprintf(format, args...)}
}

func transient(format string, args ...any) protocol.Reject {
	return protocol.Reject{Code: protocol.SysTransient, Message: fmt.Sprintf(format, args...)}
}
