package cdk

import (
	"errors"
	"reflect"

	"icsim/canister/cdk/candid"
)

// A Method is a Go function as a method with types of Candid.
type Method struct {
	kind string // of its export

	// What is behind it is hidden from the linker: a program that makes no Method is to do without reflection.
	function any          // a *goFunction
	prepare  func() error // says why the function cannot be a method
	call     func(*Context)
	describe func([]entry) string // all of them
}

// What exports begin with.
const (
	exportInit      = "canister_init"
	exportUpdate    = "canister_update "
	exportQuery     = "canister_query "
	exportComposite = "canister_composite_query "
)

// Unit is Candid's null.
type Unit = candid.Unit

// OneOf makes a struct a variant.
type OneOf = candid.OneOf

// Update makes an update method. f is a function whose arguments and results have types of Candid (candid.Codec lists them). It may begin
// with a *Context, and end with an error: one that is not nil rejects the call with its text. An argument that is of another
// type traps.
//
//	cdk.Update(func(ctx *cdk.Context, to cdk.Principal, amount uint64) (Receipt, error) { … })
func Update(f any) *Method { return newMethod(exportUpdate, f) }

// Query makes a query method. See Update.
func Query(f any) *Method { return newMethod(exportQuery, f) }

// Composite makes a composite query method. See Update.
func Composite(f any) *Method { return newMethod(exportComposite, f) }

// Init makes Canister.Setup. See Update; f has no result but an error, which traps.
func Init(f any) *Method { return newMethod(exportInit, f) }

func newMethod(kind string, f any) *Method {
	g := &goFunction{value: reflect.ValueOf(f), init: kind == exportInit}
	return &Method{kind, g, g.prepare, g.call, describeAll}
}

// A goFunction is a function of any type.
type goFunction struct {
	value         reflect.Value
	args, results *candid.Codec
	context       bool // the first argument is one
	fallible      bool // the last result is an error
	init          bool // nobody waits for a reply
}

func (g *goFunction) prepare() error {
	if g.value.Kind() != reflect.Func || g.value.IsNil() {
		return errors.New("it is no function")
	}
	t := g.value.Type()
	if t.IsVariadic() {
		return errors.New("a function of any number of arguments has no type in Candid")
	}
	var args, results []reflect.Type
	for i := range t.NumIn() {
		if i == 0 && t.In(0) == reflect.TypeFor[*Context]() {
			g.context = true
			continue
		}
		args = append(args, t.In(i))
	}
	for i := range t.NumOut() {
		if i == t.NumOut()-1 && t.Out(i) == reflect.TypeFor[error]() {
			g.fallible = true
			continue
		}
		results = append(results, t.Out(i))
	}
	if g.init && len(results) > 0 {
		return errors.New("canister_init has no results")
	}
	var err error
	if g.args, err = candid.NewCodec(args); err != nil {
		return errors.New("arguments: " + err.Error())
	}
	if g.results, err = candid.NewCodec(results); err != nil {
		return errors.New("results: " + err.Error())
	}
	return nil
}

// codec makes one of types that the program's text decides.
func codec(types []reflect.Type) *candid.Codec {
	c, err := candid.NewCodec(types)
	if err != nil {
		panic("cdk: " + err.Error())
	}
	return c
}

func describeAll(all []entry) string {
	d := candid.NewDescription()
	var setup, methods string
	for _, e := range all {
		if e.typed == nil {
			continue
		}
		g := e.typed.function.(*goFunction)
		args, results := g.args.Tuple(d), g.results.Tuple(d)
		switch e.typed.kind {
		case exportInit:
			setup = args + " -> "
			continue
		case exportQuery:
			results += " query"
		case exportComposite:
			results += " composite_query"
		}
		methods += "  " + candid.Name(e.method) + " : " + args + " -> " + results + ";\n"
	}
	return d.Types() + "service : " + setup + "{\n" + methods + "}\n"
}

func (g *goFunction) call(ctx *Context) {
	args, err := g.args.Decode(ctx.Arg())
	if err != nil {
		ctx.Trap(err.Error())
	}
	if g.context {
		args = append([]reflect.Value{reflect.ValueOf(ctx)}, args...)
	}
	results := g.value.Call(args)
	if last := len(results) - 1; g.fallible {
		if err, failed := results[last].Interface().(error); failed {
			g.fail(ctx, err)
			return
		}
		results = results[:last]
	}
	if !g.init {
		ctx.Reply(g.results.Encode(results))
	}
}

func (g *goFunction) fail(ctx *Context, err error) {
	if g.init {
		ctx.Trap(err.Error())
	}
	ctx.Reject(err.Error())
}

// Encode writes Go values as a Candid message, each of the type that its Go type is. It panics if one has none.
func Encode(values ...any) []byte {
	types, of := make([]reflect.Type, len(values)), make([]reflect.Value, len(values))
	for i, v := range values {
		types[i], of[i] = reflect.TypeOf(v), reflect.ValueOf(v)
	}
	return codec(types).Encode(of)
}

// Decode reads a Candid message into what the pointers point to. It panics if one points to what has no type in Candid.
func Decode(message []byte, into ...any) error {
	types := make([]reflect.Type, len(into))
	for i, p := range into {
		types[i] = reflect.TypeOf(p).Elem()
	}
	values, err := codec(types).Decode(message)
	for i, v := range values {
		reflect.ValueOf(into[i]).Elem().Set(v)
	}
	return err
}

// Ask calls a method with Go values, waits, and gives the first value of the reply; Unit takes a reply of none. The error is
// a *RejectError, or says that the reply is not an R. See Context.Call.
//
//	balance, err := cdk.Ask[uint](ctx, ledger, "icrc1_balance_of", account)
func Ask[R any](ctx *Context, callee Principal, method string, args ...any) (R, error) {
	var r R
	reply, reject := ctx.Call(callee, method, Encode(args...), Cycles{})
	if reject != nil {
		return r, reject
	}
	return r, Decode(reply, &r)
}
