package management

import (
	"reflect"

	"icsim/canister/candid"
	"icsim/crypto/principal"
)

// HTTPRequest is the argument of http_request.
type HTTPRequest struct {
	URL         string            `candid:"url"`
	MaxResponse *uint64           `candid:"max_response_bytes"`
	Method      HTTPMethod        `candid:"method"`
	Headers     []HTTPHeader      `candid:"headers"`
	Body        *[]byte           `candid:"body"`
	Transform   *TransformContext `candid:"transform"`
	Replicated  *bool             `candid:"is_replicated"`
}

// HTTPMethod is what to do with a resource.
type HTTPMethod struct {
	Variant
	Get    *Null `candid:"get"`
	Head   *Null `candid:"head"`
	Post   *Null `candid:"post"`
	Put    *Null `candid:"put"`
	Delete *Null `candid:"delete"`
	Patch  *Null `candid:"patch"`
}

// HTTPHeader is a header field of a request or a response.
type HTTPHeader struct {
	Name  string `candid:"name"`
	Value string `candid:"value"`
}

// HTTPResponse is the reply of http_request.
type HTTPResponse struct {
	Status  Nat          `candid:"status"`
	Headers []HTTPHeader `candid:"headers"`
	Body    []byte       `candid:"body"`
}

// TransformContext names the function that strips from a response what differs from node to node.
type TransformContext struct {
	Function TransformFunction `candid:"function"`
	Context  []byte            `candid:"context"`
}

// TransformArgs is what that function is called with; it replies an HTTPResponse.
type TransformArgs struct {
	Response HTTPResponse `candid:"response"`
	Context  []byte       `candid:"context"`
}

// TransformFunction is a query of TransformArgs, in Candid a func.
type TransformFunction struct {
	Canister principal.ID
	Method   string
}

// transformType is the type of a TransformFunction.
func transformType() candid.Type {
	return candid.FuncOf(candid.Signature{
		Args:    []candid.Type{typeOf(reflect.TypeFor[TransformArgs]())},
		Results: []candid.Type{typeOf(reflect.TypeFor[HTTPResponse]())},
		Mode:    candid.Query,
	})
}
