package main

import (
	"strings"

	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
)

// fetcher asks HTTPS servers.
//
//	fetch    : (text) -> (nat, text);       the URL; the status and the body of the answer
//	transform: (record { response; context }) -> (response) query;
//
// Settings: method, a text; body (blob), of requests; max_response, in bytes; cycles, with each request; replicated, of which 0 lets
// one node ask for all; keep, the field of a JSON object to which transform reduces the answer of each node.
type fetcher struct {
	method     string
	body       []byte
	most       uint64
	cycles     uint64
	replicated bool
	keep       string
}

func newFetcher(settings *candid.Reader) cdk.Canister {
	f := &fetcher{
		method:     settings.FieldText("method", "get"),
		body:       settings.FieldBlob("body", nil),
		most:       settings.FieldNat64("max_response", 10_000),
		cycles:     settings.FieldNat64("cycles", 25_000_000_000),
		replicated: settings.FieldNat64("replicated", 1) != 0,
		keep:       settings.FieldText("keep", ""),
	}
	return cdk.Canister{
		Update: cdk.Methods{"fetch": f.fetch},
		Query:  cdk.Methods{"transform": f.transform},
	}
}

func (f *fetcher) fetch(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	url := arg.Text()
	mustRead(ctx, arg)
	request := []candid.Field{
		candid.Of("url", candid.NewText(url)),
		candid.Of("max_response_bytes", candid.NewNat64(f.most)),
		candid.Of("method", candid.NewVariant(f.method, candid.NewNull())),
		candid.Of("headers", candid.NewVec()),
		candid.Of("is_replicated", candid.NewBool(f.replicated)),
	}
	if len(f.body) > 0 {
		request = append(request, candid.Of("body", candid.NewBlob(f.body)))
	}
	if f.keep != "" {
		request = append(request, candid.Of("transform", candid.NewRecord(
			candid.Of("function", candid.NewQuery(ctx.Self(), "transform",
				[]candid.Value{transformed(anyResponse())}, []candid.Value{anyResponse()})),
			candid.Of("context", candid.NewBlob([]byte(f.keep))))))
	}
	message := candid.Encode(candid.NewRecord(request...))
	reply, reject := ctx.Call(cdk.Management, "http_request", message, cdk.CyclesOf(f.cycles))
	if reject != nil {
		ctx.Reject(codeName(reject.Code) + ": " + reject.Message)
		return
	}
	response := candid.Read(reply)
	response.Record()
	status, body := response.FieldNat("status", 0), response.FieldBlob("body", nil)
	mustRead(ctx, response)
	ctx.Reply(candid.Encode(candid.NewNat(status), candid.NewText(strings.ToValidUTF8(string(body), "?"))))
}

// transform strips from a node's answer all but its status and the field that is kept.
func (f *fetcher) transform(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	arg.Record()
	name := string(arg.FieldBlob("context", nil))
	arg.Into("response")
	status, body := arg.FieldNat("status", 0), arg.FieldBlob("body", nil)
	mustRead(ctx, arg)
	if kept, ok := jsonField(string(body), name); ok {
		body = []byte(kept)
	}
	ctx.Reply(candid.Encode(newResponse(status, candid.NewVec(), body)))
}

func newResponse(status uint64, headers candid.Value, body []byte) candid.Value {
	return candid.NewRecord(
		candid.Of("status", candid.NewNat(status)), candid.Of("headers", headers), candid.Of("body", candid.NewBlob(body)))
}

// anyResponse and transformed stand for the types of a response and of what transform is called with.
func anyResponse() candid.Value {
	header := candid.NewRecord(candid.Of("name", candid.NewText("")), candid.Of("value", candid.NewText("")))
	return newResponse(0, candid.NewVec(header), nil)
}

func transformed(response candid.Value) candid.Value {
	return candid.NewRecord(candid.Of("response", response), candid.Of("context", candid.NewBlob(nil)))
}

func codeName(code uint32) string {
	switch code {
	case cdk.SysFatal:
		return "SYS_FATAL"
	case cdk.SysTransient:
		return "SYS_TRANSIENT"
	case cdk.DestinationInvalid:
		return "DESTINATION_INVALID"
	case cdk.CanisterReject:
		return "CANISTER_REJECT"
	case cdk.CanisterError:
		return "CANISTER_ERROR"
	}
	return "SYS_UNKNOWN"
}

// jsonField gives the value of a field of a JSON object, as it is written there. What is no JSON has no fields.
func jsonField(object, name string) (value string, ok bool) {
	rest, more := strings.CutPrefix(strings.TrimSpace(object), "{")
	for more {
		key, after := jsonSpan(rest, ":")
		value, rest = jsonSpan(after, ",}]")
		if strings.TrimSpace(key) == `"`+name+`"` && after != "" {
			return strings.TrimSpace(value), true
		}
		more = len(after) > len(value) && after[len(value)] == ','
	}
	return "", false
}

// jsonSpan gives the text up to one of some marks that is outside of quotes and brackets, and what follows the mark.
func jsonSpan(text, marks string) (before, after string) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case depth == 0 && strings.IndexByte(marks, c) >= 0:
			return text[:i], text[i+1:]
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return text, ""
}
