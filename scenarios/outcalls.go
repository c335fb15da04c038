package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"icsim/protocol"
	"icsim/sim"
)

// An Outcall says what HTTPS servers answer to outcalls of canisters. Of those that fit a request the first counts.
type Outcall struct {
	URL         string
	Prefix      bool    // the request's URL only begins with URL
	Method      string  // empty: any
	Nodes       Targets // whom they answer so; none: every node
	Unreachable bool
	Status      int
	Headers     []protocol.HTTPHeader
	Bodies      []string // node i of a subnet gets the one at i, modulo how many there are
	Delay       time.Duration
	line        int
}

// Defaults of servers that answer: somewhere on the same continent.
const (
	defaultStatus = 200
	defaultDelay  = 200 * time.Millisecond
	maxDelay      = time.Hour
)

func (p *parser) outcalls(o *object) {
	for _, item := range o.list("outcalls") {
		f := p.object(item, "an answer to outcalls")
		c := Outcall{line: f.line}
		c.URL = required(f, "url", urls())
		c.Prefix = optional(f, "prefix", switches(), false)
		if c.URL == everyURL && !c.Prefix {
			f.fail("url", "url %q names no host; with prefix: true it is all that are left", everyURL)
		}
		c.Method = optional(f, "method", choices(httpMethods()...), "")
		if f.has("nodes") {
			c.Nodes = p.nodes(f, "nodes")
		}
		f.take("nodes")
		c.Unreachable = optional(f, "unreachable", switches(), false)
		c.Delay = optional(f, "delay", spans(0, maxDelay), defaultDelay)
		p.response(f, &c)
		f.done()
		p.covered(f, &c)
		p.spec.Outcalls = append(p.spec.Outcalls, c)
	}
}

// response takes what a server that can be reached answers.
func (p *parser) response(f *object, c *Outcall) {
	c.Status = optional(f, "status", counts(100, 599), defaultStatus)
	if n := f.take("headers"); n != nil {
		h := p.object(n, "headers")
		for i, name := range h.keys {
			value := h.values[i]
			if value.Kind != yaml.ScalarNode {
				p.fail(h.lines[i], "the header %s is %s; want a text", name, describe(value))
			}
			c.Headers = append(c.Headers, protocol.HTTPHeader{Name: name, Value: value.Value})
		}
	}
	const want = `a text such as '{"usd": 7}', in quotes`
	body := optional(f, "body", texts(want), "")
	for _, w := range f.words("bodies") {
		c.Bodies = append(c.Bodies, w.text)
	}
	switch {
	case f.has("body") && f.has("bodies"):
		f.fail("bodies", "servers answer with one body, or with bodies in turn by node; leave one out")
	case f.has("body"):
		c.Bodies = []string{body}
	case f.has("bodies") && len(c.Bodies) == 0 && !f.broken:
		f.fail("bodies", "bodies is a list of texts, such as ['{\"usd\": 7}', '{\"usd\": 8}']; this is empty")
	}
	for _, key := range []string{"status", "headers", "body", "bodies"} {
		if c.Unreachable && f.has(key) {
			f.fail(key, "a server that is unreachable answers nothing; leave out %s or unreachable", key)
		}
	}
}

// covered reports an answer that no request comes to.
func (p *parser) covered(f *object, c *Outcall) {
	for i := range p.spec.Outcalls {
		e := &p.spec.Outcalls[i]
		urls := e.URL == c.URL && (e.Prefix || !c.Prefix) || e.Prefix && strings.HasPrefix(c.URL, e.URL)
		if c.URL != "" && e.URL != "" && urls && (e.Method == "" || e.Method == c.Method) && e.Nodes.Names == nil {
			p.fail(f.line, "line %d answers all that this would; let what is more special stand first", e.line)
			return
		}
	}
}

// everyURL begins all URLs that can be asked for.
const everyURL = "https://"

func urls() kind[string] {
	const want = `a URL such as "https://api.example.com/price"`
	return kind[string]{want, func(text string) (string, error) {
		if !strings.HasPrefix(text, everyURL) {
			return "", fmt.Errorf("is not %s", want)
		}
		return text, nil
	}}
}

func httpMethods() (all []string) {
	for m := range protocol.NumHTTPMethods {
		all = append(all, m.String())
	}
	return all
}

// servers are the run's.
func (s *Spec) servers() (all []sim.Server) {
	for i := range s.Outcalls {
		c := &s.Outcalls[i]
		v := sim.Server{
			URL: c.URL, Prefix: c.Prefix, Method: c.Method, Nodes: c.Nodes.Nodes, Unreachable: c.Unreachable,
			Status: uint16(c.Status), Headers: c.Headers, Delay: c.Delay,
		}
		for _, body := range c.Bodies {
			v.Bodies = append(v.Bodies, []byte(body))
		}
		all = append(all, v)
	}
	return all
}

func (c *Outcall) resolved() *entry {
	e := new(entry).add("url", strconv.Quote(c.URL)).add("prefix", strconv.FormatBool(c.Prefix))
	e.addIf(c.Method != "", "method", c.Method)
	e.addIf(c.Nodes.Names != nil, "nodes", c.Nodes.String())
	e.add("delay", printDuration(c.Delay))
	if c.Unreachable {
		return e.add("unreachable", "true")
	}
	e.add("status", printInt(c.Status))
	if len(c.Headers) > 0 {
		h := new(entry)
		for _, header := range c.Headers {
			h.add(strconv.Quote(header.Name), strconv.Quote(header.Value))
		}
		e.add("headers", h.String())
	}
	var bodies []string
	for _, body := range c.Bodies {
		bodies = append(bodies, strconv.Quote(body))
	}
	e.addIf(len(bodies) > 0, "bodies", "["+strings.Join(bodies, ", ")+"]")
	return e
}
