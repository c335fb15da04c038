package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk/candid"
	"icsim/canister/cdk/cdktest"
)

func TestFieldsOfJSON(t *testing.T) {
	for _, x := range []struct{ object, name, want string }{
		{`{"usd": 7}`, "usd", "7"},
		{` { "at" : "12:30, \"x\"" , "usd":{"a":[1,2],"usd":3}, "b": [ ] } `, "usd", `{"a":[1,2],"usd":3}`},
		{`{"a:b":1,"usd":2}`, "usd", "2"},
		{`{"a":1,"usd":""}`, "usd", `""`},
		{`{"at":1,"usd":"\\"}`, "usd", `"\\"`},
	} {
		got, ok := jsonField(x.object, x.name)
		require.True(t, ok, x.object)
		require.Equal(t, x.want, got, x.object)
	}
	for _, object := range []string{
		"", "{", "{}", "usd", `{"usd"`, `{"usd":`, `["usd", 1]`, `{"eur": {"usd": 1}}`, `{"a":"usd"}`, `{"a":1]"usd":2}`,
	} {
		_, ok := jsonField(object, "usd")
		require.False(t, ok, object)
	}
}

// The transform function keeps status and one field; of what has no such field it keeps the body.
func TestTransformStrips(t *testing.T) {
	n := cdktest.New()
	n.Install("f", undecided(), settings("fetcher"))
	for body, want := range map[string]string{`{"at": 5, "usd": 7}`: "7", "no JSON": "no JSON", `{"at": 5}`: `{"at": 5}`} {
		header := candid.NewRecord(candid.Of("name", candid.NewText("date")), candid.Of("value", candid.NewText("now")))
		arg := candid.NewRecord(
			candid.Of("response", newResponse(200, candid.NewVec(header), []byte(body))), candid.Of("context", candid.NewBlob([]byte("usd"))))
		reply, reject := n.Query("f", "transform", candid.Encode(arg))
		require.Nil(t, reject)
		require.Equal(t, candid.Encode(newResponse(200, candid.NewVec(), []byte(want))), reply)
	}
	_, reject := n.Query("f", "transform", candid.Encode(candid.NewRecord()))
	require.ErrorContains(t, reject, "there is no field response")
}
