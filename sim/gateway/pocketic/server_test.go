package pocketic

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/library"
	"icsim/canister/management"
	"icsim/canister/wasm"
	"icsim/crypto/principal"
)

var compiled = sync.OnceValues(func() (*wasm.Cache, error) { return wasm.NewCache("") })

// zipped is the library's module, small enough for one message.
var zipped = sync.OnceValues(func() ([]byte, error) {
	module, err := library.Module()
	if err != nil {
		return nil, err
	}
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	_, err = w.Write(module)
	err = errors.Join(err, w.Close())
	return small.Bytes(), err
})

// A client speaks to a server as PocketIC's clients do.
type client struct {
	t        *testing.T
	server   *Server
	url      string
	instance string
}

// newClient starts a server whose signatures are cheap.
func newClient(t *testing.T) *client {
	modules, err := compiled()
	require.NoError(t, err)
	module, err := zipped()
	require.NoError(t, err)
	s := New(Config{Crypto: "ideal", Nodes: 4, Library: module, Modules: modules, Version: "test"})
	web := httptest.NewServer(s)
	t.Cleanup(func() { web.Close(); s.Close() })
	return &client{t: t, server: s, url: web.URL}
}

// do makes a request and gives the status and the body.
func (c *client) do(method, path, body string) (int, string) {
	c.t.Helper()
	r, err := http.NewRequest(method, c.url+path, bytes.NewReader([]byte(body)))
	require.NoError(c.t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(c.t, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	require.NoError(c.t, err)
	return answer.StatusCode, string(bytes.TrimSpace(raw))
}

// open makes an instance and speaks to it from now on.
func (c *client) open(config string) *client {
	c.t.Helper()
	status, body := c.do("POST", "/instances", config)
	require.Equal(c.t, 201, status, body)
	var made struct {
		Created struct{ Instance_id json.Number }
	}
	require.NoError(c.t, json.Unmarshal([]byte(body), &made))
	c.instance = "/instances/" + made.Created.Instance_id.String()
	return c
}

// get and post give what an instance answers with status 200.
func (c *client) get(path string) string {
	c.t.Helper()
	return c.good(c.do("GET", c.instance+"/"+path, ""))
}
func (c *client) post(path, body string) string {
	c.t.Helper()
	return c.good(c.do("POST", c.instance+"/"+path, body))
}

func (c *client) good(status int, body string) string {
	c.t.Helper()
	require.Equal(c.t, 200, status, body)
	return body
}

// fails gives the message of an error.
func (c *client) fails(want int, path, body string) string {
	c.t.Helper()
	status, got := c.do("POST", c.instance+"/"+path, body)
	require.Equal(c.t, want, status, got)
	var f struct{ Message string }
	require.NoError(c.t, json.Unmarshal([]byte(got), &f))
	return f.Message
}

func b64(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }

func named(id principal.ID) string { return `{"canister_id":"` + b64(id.Bytes()) + `"}` }

// raw is a RawCanisterCall.
func raw(sender, canister principal.ID, effective, method string, payload []byte) string {
	return `{"sender":"` + b64(sender.Bytes()) + `","canister_id":"` + b64(canister.Bytes()) + `","effective_principal":` + effective +
		`,"method":"` + method + `","payload":"` + b64(payload) + `"}`
}

type answered struct {
	Ok  *[]byte
	Err *reject
}

// update submits a call and awaits it.
func (c *client) update(sender, canister principal.ID, effective, method string, payload []byte) answered {
	c.t.Helper()
	submitted := c.post("update/submit_ingress_message", raw(sender, canister, effective, method, payload))
	var id struct {
		Ok  json.RawMessage
		Err *reject
	}
	require.NoError(c.t, json.Unmarshal([]byte(submitted), &id))
	if id.Err != nil {
		return answered{Err: id.Err}
	}
	var a answered
	require.NoError(c.t, json.Unmarshal([]byte(c.post("update/await_ingress_message", string(id.Ok))), &a))
	return a
}

func (c *client) query(sender, canister principal.ID, method string, payload []byte) (a answered) {
	c.t.Helper()
	require.NoError(c.t, json.Unmarshal([]byte(c.post("read/query", raw(sender, canister, `"None"`, method, payload))), &a))
	return a
}

func (c *client) manage(sender principal.ID, effective, method string, arg any) []byte {
	c.t.Helper()
	a := c.update(sender, principal.Management(), effective, method, management.Encode(arg))
	require.Nil(c.t, a.Err)
	return *a.Ok
}

var alice = principal.SelfAuthenticating([]byte("alice"))

// create makes a canister of alice's on the subnet that effective names.
func (c *client) create(effective string, specified *principal.ID) principal.ID {
	c.t.Helper()
	var made management.CanisterID
	reply := c.manage(alice, effective, "provisional_create_canister_with_cycles", management.ProvisionalCreate{Specified: specified})
	require.NoError(c.t, management.Decode(reply, &made))
	return made.Canister
}

// counter makes a canister that counts.
func (c *client) counter() principal.ID { c.t.Helper(); return c.library("counter") }

// library makes a canister of the library.
func (c *client) library(name string) principal.ID {
	c.t.Helper()
	id := c.create(`"None"`, nil)
	module, err := zipped()
	require.NoError(c.t, err)
	arg, err := library.Arg(name, nil)
	require.NoError(c.t, err)
	c.manage(alice, `"None"`, "install_code", management.InstallCode{
		Mode: management.InstallMode{Install: &management.Null{}}, Canister: id, Module: module, Arg: arg,
	})
	return id
}

const oneApp = `{"subnet_config_set":{"application":[{"state_config":"New","instruction_config":"Production"}]}}`
