package scenarios

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"icsim/canister/candid"
	"icsim/sim/workload"
)

// A tracedCall is a line of a trace: what is asked at a time, whatever came of it before.
type tracedCall struct {
	at       time.Duration
	canister string
	method   string
	query    bool
	payload  int64 // bytes of a blob; 0: no argument
}

// A traceFile has a line for each call, in order of time. Columns, by their header: at_s, seconds since the run's beginning; call, such
// as tally.inc, or query; and, if wanted, payload, the bytes of a blob that is the argument.
type traceFile struct {
	*reader
	parser  *parser
	columns map[string]int
	calls   []tracedCall
}

const maxTraced = 10_000_000 // calls

// trace takes the file whose calls a client makes.
func (p *parser) trace(f *object, c *Client) {
	c.Trace = required(f, "trace", texts("a CSV file with columns at_s,call,payload"))
	if c.Trace == "" {
		return
	}
	text, err := p.open(c.Trace)
	if err != nil {
		f.fail("trace", "cannot use the trace: %v", err)
		return
	}
	t := &traceFile{reader: &reader{file: beside(p.file, c.Trace)}, parser: p, columns: map[string]int{}}
	t.rows(string(text))
	p.problems = append(p.problems, t.problems...)
	if c.traced = t.calls; len(t.problems) == 0 && len(t.calls) == 0 {
		f.fail("trace", "the trace has no calls")
	}
}

func (t *traceFile) rows(text string) {
	const want = "want a header at_s,call,payload, or with query in place of call"
	in := csv.NewReader(strings.NewReader(text))
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		t.fail(1, want)
		return
	}
	for i, name := range header {
		t.columns[name] = i
	}
	_, calls := t.columns["call"]
	_, queries := t.columns["query"]
	if _, ok := t.columns["at_s"]; !ok || !calls && !queries {
		t.fail(1, want)
	}
	for len(t.problems) == 0 || len(t.problems) < maxProblems && len(t.calls) > 0 {
		row, err := in.Read()
		if err == io.EOF {
			return
		}
		line, _ := in.FieldPos(0)
		if err != nil {
			t.fail(line, "%v", err)
			return
		}
		if len(t.calls) == maxTraced {
			t.fail(line, "a trace has at most %d calls", maxTraced)
			return
		}
		t.row(line, row)
	}
}

func (t *traceFile) cell(row []string, name string) string {
	if i, ok := t.columns[name]; ok {
		return strings.TrimSpace(row[i])
	}
	return ""
}

func (t *traceFile) row(line int, row []string) {
	c := tracedCall{}
	ns, ok := decimal(t.cell(row, "at_s"), int64(time.Second))
	if c.at = time.Duration(ns); !ok || c.at > maxDuration {
		t.fail(line, "at_s is %q; want seconds since the beginning, such as 1.25", t.cell(row, "at_s"))
	} else if last := len(t.calls) - 1; last >= 0 && c.at < t.calls[last].at {
		t.fail(line, "at_s %s comes before the line above; want calls in the order of time", t.cell(row, "at_s"))
	}
	if size := t.cell(row, "payload"); size != "" {
		n, err := strconv.ParseInt(size, 10, 64)
		if err != nil || n < 0 || n > maxPayload {
			t.fail(line, "payload is %q; want bytes, at most %d", size, maxPayload)
		}
		c.payload = n
	}
	what := t.cell(row, "call")
	if what == "" {
		what, c.query = t.cell(row, "query"), true
	}
	if c.canister, c.method, ok = strings.Cut(what, "."); !ok {
		t.fail(line, "call is %q; want %s", what, calls)
	} else if why := t.parser.cannotCall(&c); why != "" {
		t.fail(line, "%s: %s", what, why)
	}
	t.calls = append(t.calls, c)
}

// cannotCall says why a traced call cannot be made, or nothing.
func (p *parser) cannotCall(c *tracedCall) string {
	i := p.findCanister(c.canister)
	if i < 0 {
		return "there is no such canister"
	}
	for _, offered := range p.spec.Canisters[i].offered {
		if s, ok := offered.signature(c.method); ok {
			_, err := candid.ParseArgsAs("()", s.Args)
			blob := candid.FormatTypes(s.Args) == candid.FormatTypes([]candid.Type{candid.BlobType()})
			if err != nil && (!blob || c.payload == 0) {
				return "it takes " + candid.FormatTypes(s.Args) + "; a trace can give nothing, or a blob as payload"
			}
			return ""
		}
		if names, known := offered.names(); !known || offered.service == nil && slices.Contains(names, c.method) {
			return ""
		}
	}
	return "there is no such method"
}

// traced makes the calls of a trace.
func (x *scene) traced(k *Client) (all []workload.Call, err error) {
	arguments := map[int64][]byte{0: []byte(candidNothing)}
	for _, c := range k.traced {
		target := x.canister(c.canister)
		arg, ok := arguments[c.payload]
		if !ok {
			if arg, _, err = x.argument(&Argument{Payload: c.payload}, nil, nil); err != nil {
				return nil, err
			}
			arguments[c.payload] = arg
		}
		all = append(all, workload.Call{
			What: fmt.Sprintf("%s.%s", c.canister, c.method), Subnet: target.Subnet, Canister: target.ID, Method: c.method, Arg: arg,
			Query: c.query, At: c.at,
		})
	}
	return all, nil
}
