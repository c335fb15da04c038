package main

import (
	"strconv"

	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
	"icsim/canister/cdk/certified"
)

// site answers HTTP requests, for gateways (reference/interface.md D.7):
//
//	http_request: (record { url : text; certificate_version : opt nat16; … }) -> (HttpResponse) query;
//	http_request_update: (record { url : text; … }) -> (HttpResponse);
//	http_request_streaming_callback: (record { part : nat64 }) -> (record { body : blob; token : opt record { part : nat64 } }) query;
//
// Its pages are certified, each in its way:
//
//	/ and /index.html    the title
//	/large.bin           some bytes, in parts
//	/docs/…              404, a page of its own; and so is any other path
//	/now                 the time; certified that it is not certified
//	/count               counts the requests: upgraded to an update call
//
// Settings: title; large, the bytes of /large.bin, 1 MiB if not given; version, of response verification, that of the request if not
// given.
type site struct {
	pages   certified.Site
	large   []byte
	version uint64
	visits  uint64
}

const (
	countPath    = "/count"
	largePath    = "/large.bin"
	nowPath      = "/now"
	callback     = "http_request_streaming_callback"
	partBytes    = 256 << 10
	mostLarge    = 64 << 20
	defaultLarge = 1 << 20
)

func newSite(ctx *cdk.Context, settings *candid.Reader) cdk.Canister {
	s := &site{version: settings.FieldNat64("version", 0)}
	title := settings.FieldText("title", "A site of icsim")
	large := settings.FieldNat64("large", defaultLarge)
	if large > mostLarge {
		ctx.Trap("site: large is at most 67108864 bytes")
	}
	s.large = make([]byte, large)
	for i := range s.large {
		s.large[i] = byte(i ^ i>>8 ^ i>>16)
	}
	s.publish(title)
	if settings.Err() == nil {
		ctx.SetCertifiedData(s.pages.Root())
	}
	return s.canister()
}

func (s *site) canister() cdk.Canister {
	return cdk.Canister{
		Update: cdk.Methods{"http_request_update": s.update},
		Query:  cdk.Methods{"http_request": s.request, callback: s.stream},
	}
}

func (s *site) publish(title string) {
	home := page(200, title, "Try <a href=/large.bin>"+largePath+"</a>, <a href=/docs/x>/docs/x</a>, <a href=/now>"+nowPath+
		"</a> or <a href=/count>"+countPath+"</a>.")
	s.pages.Add("/", home)
	s.pages.Add("/index.html", home)
	s.pages.Add(largePath, &certified.Response{Status: 200, Headers: contentType("application/octet-stream"), Body: s.large})
	s.pages.Add(nowPath, &certified.Response{Status: 200, Headers: contentType("text/plain"), Open: true})
	s.pages.AddBelow("/docs", page(404, "No such document", "There are none yet."))
	s.pages.AddBelow("/", page(404, "Not found", "There is nothing here."))
}

func contentType(of string) []certified.Header {
	return []certified.Header{{Name: "Content-Type", Value: of}}
}

// page makes one of HTML; the title is a text, the body is not.
func page(status uint16, title, body string) *certified.Response {
	title = escape(title)
	text := "<!doctype html>\n<title>" + title + "</title>\n<h1>" + title + "</h1>\n<p>" + body + "\n"
	return &certified.Response{Status: status, Headers: contentType("text/html; charset=utf-8"), Body: []byte(text)}
}

func escape(text string) string {
	var out []byte
	for i := range len(text) {
		switch c := text[i]; c {
		case '<':
			out = append(out, "&lt;"...)
		case '&':
			out = append(out, "&amp;"...)
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// request answers a query; in an update call there is no certificate, and nobody asks for one.
func (s *site) request(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	arg.Record()
	url, version := arg.FieldText("url", "/"), arg.FieldNat16("certificate_version", 1)
	mustRead(ctx, arg)
	if s.version > 0 {
		version = uint16(s.version)
	}
	path := certified.PathOf(url)
	if path == countPath {
		ctx.Reply(encodeResponse(&certified.Response{Status: 200}, candid.Of("upgrade", candid.NewOpt(candid.NewBool(true)))))
		return
	}
	certificate, _ := ctx.Certificate()
	r := s.pages.Answer(url, version, certificate)
	switch {
	case path == nowPath:
		r.Body = []byte(strconv.FormatUint(ctx.Time(), 10))
	case path == largePath && len(r.Body) > partBytes:
		r.Body = r.Body[:partBytes]
		next := candid.NewRecord(candid.Of("callback", streaming(ctx)), candid.Of("token", partToken(1)))
		ctx.Reply(encodeResponse(&r, candid.Of("streaming_strategy", candid.NewOpt(candid.NewVariant("Callback", next)))))
		return
	}
	ctx.Reply(encodeResponse(&r))
}

// update answers what was upgraded to an update call.
func (s *site) update(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	arg.Record()
	path := certified.PathOf(arg.FieldText("url", "/"))
	mustRead(ctx, arg)
	if path != countPath {
		ctx.Reply(encodeResponse(page(404, "Not found", "Only "+countPath+" is counted.")))
		return
	}
	s.visits++
	body := []byte(strconv.FormatUint(s.visits, 10))
	ctx.Reply(encodeResponse(&certified.Response{Status: 200, Headers: contentType("text/plain"), Body: body}))
}

// stream gives a part of /large.bin.
func (s *site) stream(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	arg.Record()
	part := arg.FieldNat64("part", 0)
	mustRead(ctx, arg)
	if part > uint64(len(s.large))/partBytes {
		ctx.Trap("site: there is no part " + strconv.FormatUint(part, 10))
	}
	body, next := s.large[part*partBytes:], candid.NewOpt()
	if len(body) > partBytes {
		body, next = body[:partBytes], candid.NewOpt(partToken(part+1))
	}
	ctx.Reply(candid.Encode(candid.NewRecord(candid.Of("body", candid.NewBlob(body)), candid.Of("token", next))))
}

// partToken tells the callback which part comes next.
func partToken(part uint64) candid.Value {
	return candid.NewRecord(candid.Of("part", candid.NewNat64(part)))
}

// streaming is the reference to the callback.
func streaming(ctx *cdk.Context) candid.Value {
	result := candid.NewRecord(candid.Of("body", candid.NewBlob(nil)), candid.Of("token", candid.NewOpt(partToken(0))))
	return candid.NewQuery(ctx.Self(), callback, []candid.Value{partToken(0)}, []candid.Value{result})
}

// encodeResponse makes an HttpResponse, with more fields than a page has.
func encodeResponse(r *certified.Response, more ...candid.Field) []byte {
	var headers []candid.Value
	for _, h := range r.Headers {
		headers = append(headers, candid.NewTuple(candid.NewText(h.Name), candid.NewText(h.Value)))
	}
	return candid.Encode(candid.NewRecord(append(more,
		candid.Of("status_code", candid.NewNat16(r.Status)),
		candid.Of("headers", candid.NewVec(headers...)),
		candid.Of("body", candid.NewBlob(r.Body)))...))
}
