package scenarios

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"icsim/canister/candid"
	"icsim/protocol"
)

// A Step is something that a user asks for: a call of a canister, or one of the management canister about it.
type Step struct {
	Kind     string // call, query, upgrade, stop, start, top_up, update_settings
	Canister string
	Method   string // of a call or query
	As       string // who signs it: a client, a user or anonymous; empty: the client itself
	Arg      Argument
	At       time.Duration // in a sequence and of management: not before
	Wait     time.Duration // in a sequence: after the answer before
	Save     []string      // in a sequence: names for the values of the reply

	Answers Expected

	Code     Code            // of an upgrade
	Settings []Setting       // of an upgrade to a canister of the library
	Mode     string          // of an upgrade: upgrade or reinstall
	Cycles   protocol.Cycles // of a top-up
	Retune   *Retuning       // of update_settings
	method   method
	line     int
}

// An Argument is bytes, Candid as text, or so many bytes.
type Argument struct {
	Bytes   []byte
	Text    *Template
	Payload int64 // bytes of a blob instead; 0: not
}

// Expected says which answers are right. At most one of Reply and Reject is set; if none is and Any is not, all are.
type Expected struct {
	Any        bool // a reply
	Reply      *Template
	Reject     string // pattern
	Increasing bool   // a reply of one number, greater than the one before
	pattern    *regexp.Regexp
}

// The kinds of steps: first those of which a client without sequence may have one.
var (
	askKinds  = []string{"call", "query"}
	stepKinds = append(slices.Clone(askKinds), manageKinds...)

	manageKinds = []string{"upgrade", "stop", "start", "top_up", "update_settings"}
)

// asks tells steps about a method of a canister from those about the canister.
func (s *Step) asks() bool { return slices.Contains(askKinds, s.Kind) }

// saved is what $name stands for in a sequence.
type saved struct {
	step, value int // which value of the reply to which step
	typ         candid.Type
	line        int
}

// step takes what all steps have. kinds are those that may be. names are what earlier steps have saved.
func (p *parser) step(f *object, kinds []string, client string, names map[string]saved) Step {
	s := Step{line: f.line}
	if len(kinds) == 1 { // which required will miss
		s.Kind = kinds[0]
	}
	for _, kind := range kinds {
		if f.has(kind) && s.Kind != "" && s.Kind != kind {
			f.fail(kind, "a step is one thing, this one %s and %s; write two steps", s.Kind, kind)
			f.take(kind)
		} else if f.has(kind) {
			s.Kind = kind
		}
	}
	if s.Kind == "" {
		if !f.broken {
			hint := "want one of " + enumerate(kinds)
			if len(f.keys) > 0 {
				hint = oneOf(f.keys[0], kinds)
			}
			p.fail(f.line, "%s begins with what it is, such as { %s: tally … }; %s", f.what, kinds[0], hint)
		}
		f.known = append(f.known, f.keys...) // one problem is enough
		return s
	}
	if s.asks() {
		p.call(f, &s, names)
	} else {
		p.managed(f, &s, client, names)
	}
	if f.has("as") {
		s.As = optional(f, "as", texts("a client, a user or anonymous"), "")
		p.signer(word{s.As, f.at("as")})
	}
	p.expected(f, &s, names)
	return s
}

const calls = "a canister and its method, such as counter.inc"

// call takes a canister's method and its argument.
func (p *parser) call(f *object, s *Step, names map[string]saved) {
	text := required(f, s.Kind, texts(calls))
	var ok bool
	if s.Canister, s.Method, ok = strings.Cut(text, "."); text == "" {
		return
	} else if !ok || s.Method == "" {
		f.fail(s.Kind, "%s %q is not %s", s.Kind, shorten(text), calls)
		f.take("arg")
		f.take("arg_text")
		s.Canister = ""
		return
	}
	if c := p.canisterOf(f, s.Kind, s.Canister); c != nil {
		s.method = p.findMethod(f, s.Kind, c, s.Method)
		if s.Kind == "query" && c.onlyUpdates(s.Method) && !f.has("reject") {
			f.fail("query", "%s of canister %s is an update, not a query; write call, or expect a reject such as IC0536", s.Method, c.Name)
		}
	}
	s.Arg = p.argument(f, s.method.args, s.method.typed, names)
}

// canisterOf finds the canister that a field names, or reports that there is none.
func (p *parser) canisterOf(f *object, key, name string) *Canister {
	p.knownCanister(word{name, f.at(key)})
	if i := p.findCanister(name); i >= 0 {
		return &p.spec.Canisters[i]
	}
	return nil
}

// managed takes what the management canister is to do.
func (p *parser) managed(f *object, s *Step, client string, names map[string]saved) {
	f.what = map[string]string{
		"upgrade": "an upgrade", "stop": "a stop", "start": "a start", "top_up": "a top-up", "update_settings": "a change of settings",
	}[s.Kind]
	s.method.typed = true // they reply ()
	s.Canister = required(f, s.Kind, texts("a canister"))
	c := p.canisterOf(f, s.Kind, s.Canister)
	switch s.Kind {
	case "upgrade":
		s.Code = p.code(f, "an upgrade")
		s.Mode = optional(f, "mode", choices("upgrade", "reinstall"), "upgrade")
		s.Settings = p.settings(f, s.Code.Library)
		if s.Code.Library == "" {
			s.Arg = p.argument(f, s.Code.offers.init, s.Code.offers.init != nil, names)
		}
		if c != nil {
			c.offered = append(c.offered, s.Code.offers)
		}
	case "top_up":
		s.Cycles = required(f, "cycles", cycles())
	case "update_settings":
		s.Retune = p.retune(f)
	}
	if c != nil {
		s.As = p.controllerOf(f, c, client)
	}
	s.Answers.Any = true
}

// controllerOf gives the user that asks about a canister unless the step says: the client if it controls it, or the first who does.
func (p *parser) controllerOf(f *object, c *Canister, client string) string {
	switch users := slices.DeleteFunc(slices.Clone(c.Controllers), func(name string) bool { return p.findCanister(name) >= 0 }); {
	case c.Controllers == nil:
		return anonymous
	case client != "" && slices.Contains(users, client):
		return ""
	case len(users) > 0:
		return users[0]
	case client == "" && !f.has("as"):
		p.fail(f.line, "no user controls %s, only canisters; say with as: who asks, and expect a reject, or add to its controllers", c.Name)
	}
	return ""
}

// argument takes the argument of a canister or call: Candid as text, bytes, or a text as it stands.
func (p *parser) argument(f *object, types []candid.Type, typed bool, names map[string]saved) Argument {
	var a Argument
	if f.has("arg") && f.has("arg_text") {
		f.fail("arg_text", "an argument is given by one of arg and arg_text")
	}
	if f.has("payload") {
		return p.payload(f, types, typed)
	}
	f.take("payload")
	if f.has("arg_text") {
		a.Bytes = []byte(optional(f, "arg_text", texts("a text"), ""))
		f.take("arg")
		return a
	}
	f.take("arg_text")
	const want = `Candid such as (42, "x"), or bytes such as hex"4449444c0000"`
	text := optional(f, "arg", texts(want), "")
	switch trimmed := strings.TrimSpace(text); {
	case strings.HasPrefix(trimmed, "("):
		a.Text = p.template(f, "arg", text, types, typed, names)
	case f.has("arg") && text != "":
		var err error
		if a.Bytes, err = blobs().parse(text); err != nil {
			f.fail("arg", "arg %q is not %s", shorten(text), want)
		}
	case typed && !f.has("arg"):
		if _, err := candid.ParseArgsAs("()", types); err != nil {
			p.fail(f.line, "%s needs arg: %s in Candid", f.what, candid.FormatTypes(types))
		}
	case f.has("arg"):
		f.fail("arg", "arg is empty; want %s", want)
	}
	return a
}

// maxPayload is what an ingress message may have at most on any subnet (reference/protocol.md A.6).
const maxPayload = 7 << 19

// payload takes the size of a message, which is then so many bytes in a blob: one more argument than the method has, which
// Candid lets it ignore, or its only one.
func (p *parser) payload(f *object, types []candid.Type, typed bool) (a Argument) {
	if f.has("arg") || f.has("arg_text") {
		f.fail("payload", "an argument is given by one of arg, arg_text and payload")
	}
	f.known = append(f.known, "arg", "arg_text")
	a.Payload = optional(f, "payload", sizes(1, maxPayload), 1)
	_, err := candid.ParseArgsAs("()", types)
	if typed && err != nil && candid.FormatTypes(types) != candid.FormatTypes([]candid.Type{candid.BlobType()}) {
		f.fail("payload", "payload is for methods that take a blob or nothing; this one takes %s", candid.FormatTypes(types))
	}
	return a
}

// template takes Candid in which names stand for values, and checks it.
func (p *parser) template(f *object, key, text string, types []candid.Type, typed bool, names map[string]saved) *Template {
	t := newTemplate(text)
	t.types, t.typed = types, typed
	err := t.check(func(r *part) (candid.Type, error) { return p.typeOf(r, names) })
	if err != nil {
		f.fail(key, "%s, %v", key, err)
	}
	return &t
}

// typeOf gives the type of what a reference stands for; the zero Type if it is not known.
func (p *parser) typeOf(r *part, names map[string]saved) (candid.Type, error) {
	s, ok := names[r.name]
	if !ok && (p.isUser(r.name) || p.findCanister(r.name) >= 0 || p.isFounded(r.name)) {
		s.typ, ok = candid.Prim(candid.KindPrincipal), true
	}
	if !ok {
		all := slices.Clone(p.users)
		for i := range p.spec.Canisters {
			all = append(all, p.spec.Canisters[i].Name)
		}
		for name := range names {
			all = append(all, name)
		}
		return candid.Type{}, fmt.Errorf("nothing is called $%s; %s", r.name, oneOf(r.name, sorted(all)))
	}
	if s.typ == (candid.Type{}) {
		return s.typ, nil
	}
	t, ok := into(s.typ, r.path)
	if !ok {
		return t, fmt.Errorf("$%s is %s, which has no %s", r.name, s.typ, strings.Join(r.path, "."))
	}
	return t, nil
}

// expected takes what the answer has to be.
func (p *parser) expected(f *object, s *Step, names map[string]saved) {
	x := &s.Answers
	const want = `Candid such as (5), or any`
	if text := optional(f, "expect", texts(want), ""); text == "any" {
		x.Any = true
	} else if strings.HasPrefix(strings.TrimSpace(text), "(") {
		x.Reply = p.template(f, "expect", text, s.method.results, s.method.typed, names)
	} else if f.has("expect") {
		f.fail("expect", "expect %q is not %s", shorten(text), want)
	}
	x.Reject = optional(f, "reject", texts("a pattern such as IC0503 or stopped$"), "")
	if x.Reject != "" {
		var err error
		x.Any = false
		if x.pattern, err = regexp.Compile(x.Reject); err != nil {
			f.fail("reject", "reject %q is no pattern: %v", shorten(x.Reject), err)
		}
	}
	if f.has("expect") && f.has("reject") {
		f.fail("reject", "an answer is either as expect says or as reject says; leave one out")
	}
}

// increasing takes what goes only with a step that is made again and again.
func (p *parser) increasing(f *object, s *Step) {
	x := &s.Answers
	x.Increasing = optional(f, "increasing", switches(), false)
	switch {
	case !x.Increasing:
	case f.has("reject"):
		f.fail("increasing", "a reject does not increase; leave out increasing or reject")
	case s.method.typed && (len(s.method.results) != 1 || !isInteger(s.method.results[0].Kind())):
		f.fail("increasing", "increasing needs a reply of one number; %s replies %s", s.Method, candid.FormatTypes(s.method.results))
	}
}

func isInteger(k candid.Kind) bool {
	switch k {
	case candid.KindNat, candid.KindNat8, candid.KindNat16, candid.KindNat32, candid.KindNat64,
		candid.KindInt, candid.KindInt8, candid.KindInt16, candid.KindInt32, candid.KindInt64:
		return true
	}
	return false
}

// save takes names for the values of a reply.
func (p *parser) save(f *object, s *Step, step int, names map[string]saved) {
	for i, w := range f.words("save") {
		s.Save = append(s.Save, w.text)
		before, taken := names[w.text]
		switch {
		case !nameForm.MatchString(w.text):
			p.fail(w.line, "save %q is not %s", shorten(w.text), nameWant)
			continue
		case taken:
			p.fail(w.line, "$%s is saved already, on line %d", w.text, before.line)
		case p.isUser(w.text) || p.findCanister(w.text) >= 0:
			p.fail(w.line, "$%s is a user or canister; save under another name", w.text)
		case s.method.typed && i >= len(s.method.results):
			p.fail(w.line, "%s replies %s: nothing is left to save as %s", s.Method, candid.FormatTypes(s.method.results), w.text)
			continue
		}
		v := saved{step: step, value: i, line: w.line}
		if s.method.typed {
			v.typ = s.method.results[i]
		}
		names[w.text] = v
	}
}

// management takes - { upgrade: tally, at: 30s, … }.
func (p *parser) management(o *object) {
	for _, item := range o.list("management") {
		f := p.object(item, "a management call")
		s := p.step(f, manageKinds, "", nil)
		s.At = p.inRun(f, "at", true)
		f.done()
		p.spec.Management = append(p.spec.Management, s)
	}
}

// inRun takes a time before the end of the run.
func (p *parser) inRun(f *object, key string, must bool) time.Duration {
	k := spans(0, maxDuration)
	if must && !f.has(key) && !f.broken {
		p.fail(f.line, "%s needs %s: %s", f.what, key, k.want)
	}
	at := optional(f, key, k, 0)
	if at >= p.last && f.has(key) {
		f.fail(key, "%s %s is not in the run, which ends at %s", key, printDuration(at), printDuration(p.last))
	}
	return at
}

// sequence takes the steps of a closed client.
func (p *parser) sequence(f *object, c *Client) {
	names := map[string]saved{}
	items := f.list("sequence")
	for i, item := range items {
		o := p.object(item, "a step")
		s := p.step(o, stepKinds, cmp.Or(c.As, c.Name), names)
		s.At = p.inRun(o, "at", false)
		s.Wait = optional(o, "wait", spans(0, maxDuration), 0)
		if s.asks() {
			p.increasing(o, &s)
			p.save(o, &s, i, names)
		}
		if s.As == "" && c.As != "" {
			s.As = c.As
		}
		o.done()
		c.Sequence = append(c.Sequence, s)
	}
	if len(items) == 0 && !f.broken {
		f.fail("sequence", "the sequence has no steps; want some such as { call: tally.inc }")
	}
}
