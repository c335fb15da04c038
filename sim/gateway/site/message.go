package site

import (
	"errors"
	"fmt"

	"icsim/canister/candid"
	"icsim/crypto/httpcert"
)

// messages are the types of the protocol's messages. Those of streaming_strategy are the canister's own.
type messages struct{ request, update, response, part []candid.Type }

func newMessages() messages {
	const request = `method : text; url : text; headers : vec record { text; text }; body : blob`
	const response = `status_code : nat16; headers : vec record { text; text }; body : blob; upgrade : opt bool`
	return messages{
		request:  mustParse(`(record { ` + request + `; certificate_version : opt nat16 })`),
		update:   mustParse(`(record { ` + request + ` })`),
		response: mustParse(`(record { ` + response + ` })`),
		part:     mustParse(`(record { body : blob })`),
	}
}

func mustParse(text string) []candid.Type {
	types, err := candid.ParseTypes(text)
	if err != nil {
		panic("site: " + err.Error()) // the text is ours
	}
	return types
}

func (m *messages) encodeRequest(q *httpcert.Request) []byte {
	newest := candid.FieldValue{Label: candid.Named("certificate_version"), Value: candid.Opt{Value: candid.Nat16(version)}}
	return mustEncode(append(fieldsOf(q), newest), m.request)
}

func (m *messages) encodeUpdate(q *httpcert.Request) []byte { return mustEncode(fieldsOf(q), m.update) }

func fieldsOf(q *httpcert.Request) candid.Record {
	headers := candid.Vec{}
	for _, h := range q.Headers {
		headers = append(headers, candid.Record{
			{Label: candid.Numbered(0), Value: candid.Text(h.Name)}, {Label: candid.Numbered(1), Value: candid.Text(h.Value)},
		})
	}
	return candid.Record{
		{Label: candid.Named("method"), Value: candid.Text(q.Method)},
		{Label: candid.Named("url"), Value: candid.Text(q.URL)},
		{Label: candid.Named("headers"), Value: headers},
		{Label: candid.Named("body"), Value: candid.Blob(q.Body)},
	}
}

// mustEncode encodes what fits its type: the handler lets through only texts of UTF-8.
func mustEncode(r candid.Record, types []candid.Type) []byte {
	raw, err := candid.Encode([]candid.Value{r}, types)
	if err != nil {
		panic("site: " + err.Error())
	}
	return raw
}

// decodeAnswer reads an HttpResponse.
func (m *messages) decodeAnswer(method string, reply []byte) (*answer, *Failure) {
	values, err := candid.Decode(reply, m.response)
	if err != nil {
		return nil, failf(502, "%s does not reply with an HttpResponse: %v", method, err)
	}
	r := values[0].(candid.Record)
	a := &answer{}
	a.Status = uint16(field[candid.Nat16](r, "status_code"))
	a.Body = field[candid.Blob](r, "body")
	for _, h := range field[candid.Vec](r, "headers") {
		pair := h.(candid.Record)
		a.Headers = append(a.Headers, httpcert.Field{Name: string(pair[0].Value.(candid.Text)), Value: string(pair[1].Value.(candid.Text))})
	}
	if upgrade, ok := value(r, "upgrade").(candid.Opt); ok {
		a.upgrade = bool(upgrade.Value.(candid.Bool))
	}
	if a.next, err = strategyOf(reply); err != nil {
		return nil, failf(502, "%s replies with a streaming_strategy that cannot be followed: %v", method, err)
	}
	return a, nil
}

// field gives a field that decoding has made sure of.
func field[V candid.Value](r candid.Record, name string) V { return value(r, name).(V) }

func value(r candid.Record, name string) candid.Value {
	v, _ := r.Get(name)
	return v
}

// strategyOf finds the streaming strategy of a reply, nil if there is none. Its token is of the canister's own type, which
// the message describes, and goes back as it came.
func strategyOf(reply []byte) (*part, error) {
	strategy, of, err := find(reply, "streaming_strategy")
	if strategy == nil || err != nil {
		return nil, err
	}
	chosen, ok := strategy.(candid.Variant)
	if !ok || chosen.ID != candid.Hash("Callback") {
		return nil, errors.New("it is not a Callback")
	}
	r, ok := chosen.Value.(candid.Record)
	if !ok {
		return nil, errors.New("its Callback holds no record")
	}
	of = fieldType(fieldType(of, "Callback"), "token")
	callback, ok := value(r, "callback").(candid.Func)
	if !ok || of.Kind() == 0 {
		return nil, errors.New("its Callback is not of a function callback and a token")
	}
	return &part{callback, value(r, "token"), of}, nil
}

// decodePart reads a StreamingCallbackHttpResponse: more of the body, and the token of what comes after it, nil at the end.
func (m *messages) decodePart(reply []byte) (body []byte, token candid.Value, of candid.Type, err error) {
	values, err := candid.Decode(reply, m.part)
	if err != nil {
		return nil, nil, of, err
	}
	body = field[candid.Blob](values[0].(candid.Record), "body")
	token, of, err = find(reply, "token")
	return body, token, of, err
}

// find gives a field of the record that a reply is, out of its opt, with its type; nil if it is not there.
func find(reply []byte, name string) (candid.Value, candid.Type, error) {
	values, types, err := candid.DecodeAny(reply)
	if err != nil {
		return nil, candid.Type{}, err
	}
	if len(values) == 0 {
		return nil, candid.Type{}, errors.New("the reply is empty")
	}
	r, ok := values[0].(candid.Record)
	if !ok {
		return nil, candid.Type{}, fmt.Errorf("the reply is a %s, not a record", types[0].Kind())
	}
	v, of := value(r, name), fieldType(types[0], name)
	switch opt := v.(type) {
	case candid.Null:
		return nil, of, nil
	case candid.Opt:
		return opt.Value, of.Elem(), nil
	}
	return v, of, nil
}

// fieldType gives the type of a field or case.
func fieldType(of candid.Type, name string) candid.Type {
	for _, f := range of.Fields() {
		if f.ID == candid.Hash(name) {
			return f.Type
		}
	}
	return candid.Type{}
}
