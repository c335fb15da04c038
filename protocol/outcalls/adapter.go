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
	After    time.Duration          // from the request
}

// requestTimeout is how long the adapter waits for a server (rs/https_outcalls/adapter/src/config.rs).
const requestTimeout = 30 * time.Second

// fetch asks the server, unless the URL is none that may be asked for, and holds its answer to the adapter's bounds
// (rs/https_outcalls/adapter/src/rpc_server.rs). What is not a response is why not.
func fetch(
	a Adapter, node protocol.NodeID, c *protocol.OutcallContext,
) (r *protocol.HTTPResponse, reject protocol.Reject, after time.Duration) {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return nil, fatal("Failed to parse URL: %v", err), 0
	case u.Scheme != "https":
		return nil, fatal("Url need to specify https scheme"), 0
	case u.Host == "":
		return nil, fatal("Failed to parse URL: it names no host"), 0
	}
	answer := a.Fetch(node, c)
	if answer.After > requestTimeout {
		return nil, transient("Connecting to %.50s failed: deadline has elapsed", u.Hostname()), requestTimeout
	}
	if answer.Response == nil {
		return nil, transient("Connecting to %.50s failed: %s", u.Hostname(), answer.Failure), answer.After
	}
	var headers uint64
	for _, h := range answer.Response.Headers {
		headers += uint64(len(h.Name) + len(h.Value))
	}
	switch {
	case headers > c.MaxResponse:
		return nil, fatal("Header size exceeds specified response size limit %d", c.MaxResponse), answer.After
	case headers+uint64(len(answer.Response.Body)) > c.MaxResponse:
		return nil, fatal("Http body exceeds size limit of %d bytes.", c.MaxResponse), answer.After
	}
	return answer.Response, reject, answer.After
}

func fatal(format string, args ...any) protocol.Reject {
	return protocol.Reject{Code: protocol.SysFatal, Message: fmt.Sprintf(format, args...)}
}

func transient(format string, args ...any) protocol.Reject {
	return protocol.Reject{Code: protocol.SysTransient, Message: fmt.Sprintf(format, args...)}
}
