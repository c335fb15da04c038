package pocketic

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/crypto/der"
	"icsim/crypto/principal"
	"icsim/protocol"
)

var nothing = management.Encode(nil)

// number is what a call or query of a counter answers.
func number(t *testing.T, a answered) (n uint64) {
	t.Helper()
	require.Nil(t, a.Err)
	require.NoError(t, management.Decode(*a.Ok, &n))
	return n
}

// Whoever asks after a call sees what it did, and a call contains what was submitted before.
func TestCallsAndQueries(t *testing.T) {
	c := newClient(t).open(oneApp)
	id := c.counter()
	require.Equal(t, "lxzze-o7777-77777-aaaaa-cai", id.String(), "the first id of PocketIC's first application subnet")
	for n := range uint64(3) {
		require.Equal(t, n+1, number(t, c.update(alice, id, `"None"`, "inc", nothing)))
		for range 5 {
			require.Equal(t, n+1, number(t, c.query(alice, id, "get", nothing)), "every node knows what a client was told")
		}
	}
	a := c.query(alice, id, "nothing", nil)
	require.Equal(t, &reject{Code: "CanisterError", Message: a.Err.Message, Error: "CanisterMethodNotFound"}, a.Err)
	a = c.update(alice, id, `"None"`, "nothing", nil)
	require.Equal(t, &reject{Code: "CanisterError", Message: a.Err.Message, Error: "CanisterMethodNotFound", Certified: true}, a.Err)
	unknown := protocol.CanisterID(1<<64 - 2<<20 + 77).Principal()
	a = c.update(alice, unknown, `"None"`, "inc", nil)
	require.Equal(t, "CanisterNotFound", a.Err.Error)
	require.Equal(t, "DestinationInvalid", a.Err.Code)
	require.False(t, a.Err.Certified, "the node that was asked says so")
	require.Contains(t, c.fails(404, "update/submit_ingress_message",
		raw(alice, protocol.CanisterID(5).Principal(), `"None"`, "inc", nil)), "no subnet of this instance hosts it")
}

// A tick contains what was submitted before it.
func TestTickContainsWhatWasSubmitted(t *testing.T) {
	c := newClient(t).open(oneApp)
	id := c.counter()
	for range 20 {
		submitted := c.post("update/submit_ingress_message", raw(alice, id, `"None"`, "inc", nothing))
		message := strings.TrimSuffix(strings.TrimPrefix(submitted, `{"Ok":`), "}")
		require.Equal(t, "null", c.post("read/ingress_status", `{"raw_message_id":`+message+`}`))
		require.Equal(t, "null", c.post("update/tick", "{}"))
		status := `{"raw_message_id":` + message + `,"raw_caller":"%s"}`
		require.Contains(t, c.post("read/ingress_status", fmt.Sprintf(status, b64(alice.Bytes()))), `{"Ok":`)
		require.Contains(t, c.fails(403, "read/ingress_status", fmt.Sprintf(status, b64([]byte{4}))), "not signed by the caller")
	}
	require.Contains(t, c.fails(501, "update/tick", `{"blockmakers":[]}`), "icsim does not support blockmakers")
}

// Only a round lets time show in certificates; set_certified_time has it (G.4).
func TestTimeTravel(t *testing.T) {
	c := newClient(t).open(oneApp)
	shown := func() uint64 {
		var now rawTime
		require.NoError(t, json.Unmarshal([]byte(c.get("read/get_time")), &now))
		return now.Nanos
	}
	certified := func() uint64 {
		state, err := c.server.instances[0].settled(0)
		require.NoError(t, err)
		return startTime + uint64(state.Time())
	}
	require.Less(t, shown()-startTime, uint64(time.Millisecond))
	later := startTime + uint64(5*365*24*time.Hour)
	c.post("update/set_time", fmt.Sprintf(`{"nanos_since_epoch":%d}`, later))
	require.Equal(t, later, shown())
	require.Less(t, certified(), later)
	c.post("update/tick", "{}")
	require.GreaterOrEqual(t, certified(), later)
	require.Less(t, shown()-later, uint64(time.Millisecond), "time stands")
	require.Contains(t, c.fails(400, "update/set_time", `{"nanos_since_epoch":1}`), "it cannot go back to 1")
	require.Contains(t, c.fails(400, "update/set_time", `{"nanos_since_epoch":18446744073709551615}`), "200 years")
	c.post("update/set_certified_time", fmt.Sprintf(`{"nanos_since_epoch":%d}`, later+1e9))
	require.GreaterOrEqual(t, certified(), later+1e9)

	require.Equal(t, "false", c.get("auto_progress"))
	c.post("auto_progress", `{"artificial_delay_ms":0}`)
	require.Equal(t, "true", c.get("auto_progress"))
	real := func() bool { return shown() > uint64(time.Now().Add(-time.Minute).UnixNano()) }
	require.Eventually(t, real, 10*time.Second, 10*time.Millisecond)
	c.post("stop_progress", "{}")
	require.Equal(t, "false", c.get("auto_progress"))
	stands := shown()
	require.Less(t, shown()-stands, uint64(time.Microsecond))
}

// An instance may begin at another time.
func TestInitialTime(t *testing.T) {
	c := newClient(t).open(`{"subnet_config_set":{"system":[{}]},"initial_time":{"Timestamp":{"nanos_since_epoch":1700000000000000007}}}`)
	require.Contains(t, c.get("read/get_time"), `{"nanos_since_epoch":17000000000000`)
}

// Cycles are numbers of 128 bits, which go on the wire bare.
func TestCycles(t *testing.T) {
	c := newClient(t).open(oneApp)
	id := c.create(`"None"`, nil)
	balance := func(body string) *big.Int {
		digits := strings.TrimSuffix(strings.TrimPrefix(body, `{"cycles":`), "}")
		n, ok := new(big.Int).SetString(digits, 10)
		require.True(t, ok, body)
		return n
	}
	before := balance(c.post("read/get_cycles", named(id)))
	amount, _ := new(big.Int).SetString("98765432109876543210987", 10)
	after := balance(c.post("update/add_cycles", strings.TrimSuffix(named(id), "}")+`,"amount":`+amount.String()+"}"))
	gained := after.Sub(after, before)
	require.LessOrEqual(t, gained.Cmp(amount), 0)
	require.Less(t, amount.Sub(amount, gained).Int64(), int64(1e9), "but for what it costs to be")
	require.Contains(t, c.fails(400, "update/add_cycles", strings.TrimSuffix(named(id), "}")+`,"amount":-1}`), "from 0 to 2^128")
	require.Contains(t, c.fails(404, "read/get_cycles", named(protocol.CanisterID(1<<64-2<<20+5).Principal())), "was not found")
}

// Canisters pay what they pay on PocketIC's subnets, of which an application subnet has 13 nodes.
func TestPricesAreThoseOfFullSubnets(t *testing.T) {
	c := newClient(t).open(oneApp)
	require.Len(t, c.server.instances[0].registry.Subnets[0].Members, 4)
	id := c.counter()
	var status management.StatusReply
	reply := c.manage(alice, `"None"`, "canister_status", management.CanisterID{Canister: id})
	require.NoError(t, management.Decode(reply, &status))
	require.NotZero(t, status.MemorySize.Lo)
	require.Equal(t, status.MemorySize.Mul(317_500*24*3600).Div(1<<30).Lo/1000, status.IdleBurnPerDay.Lo/1000, "interface.md B.4")
}

// Stable memory is what a blob said, and all else of the canister is as it was.
func TestStableMemory(t *testing.T) {
	c := newClient(t).open(oneApp)
	id := c.counter()
	c.update(alice, id, `"None"`, "inc", nothing)
	content := strings.Repeat("stable", 100_000)
	status, blobID := c.do("POST", "/blobstore", content)
	require.Equal(t, 200, status)
	require.Len(t, blobID, 64)
	_, again := c.do("GET", "/blobstore/"+blobID, "")
	require.Equal(t, content, again)
	hash, err := hex.DecodeString(blobID)
	require.NoError(t, err)
	set := func(of principal.ID, blob []byte) string {
		return strings.TrimSuffix(named(of), "}") + `,"blob_id":"` + b64(blob) + `"}`
	}
	require.Equal(t, "null", c.post("update/set_stable_memory", set(id, hash)))
	var got struct{ Blob []byte }
	require.NoError(t, json.Unmarshal([]byte(c.post("read/get_stable_memory", named(id))), &got))
	require.Len(t, got.Blob, 10*pageSize)
	require.Equal(t, content, strings.TrimRight(string(got.Blob), "\x00"))
	require.Equal(t, uint64(2), number(t, c.update(alice, id, `"None"`, "inc", nothing)))
	require.Contains(t, c.fails(404, "update/set_stable_memory", set(id, []byte{1})), "there is no blob 01")
	empty := c.create(`"None"`, nil)
	require.Contains(t, c.fails(400, "update/set_stable_memory", set(empty, hash)), "take_canister_snapshot: ")
}

// The test is the server of outcalls: what it answers all nodes is what the canister gets; what differs is agreed on not to be one.
func TestOutcalls(t *testing.T) {
	c := newClient(t).open(oneApp)
	id := c.library("fetcher")
	for _, x := range []struct{ response, others, want string }{
		{`{"CanisterHttpReply":{"status":200,"headers":[{"name":"a","value":"b"}],"body":"aGk="}}`, "", "hi"},
		{`{"CanisterHttpReject":{"reject_code":2,"message":"no such host"}}`, "", "no such host"},
		{`{"CanisterHttpReply":{"status":200,"headers":[],"body":"MA=="}}`, "123", "No consensus"},
	} {
		submitted := c.post("update/submit_ingress_message", raw(alice, id, `"None"`, "fetch", fetchArg))
		message := strings.TrimSuffix(strings.TrimPrefix(submitted, `{"Ok":`), "}")
		c.post("update/tick", "")
		var open []outcallShown
		for range 5 {
			require.NoError(t, json.Unmarshal([]byte(c.get("read/get_canister_http")), &open))
			if len(open) == 1 {
				break
			}
			c.post("update/tick", "")
		}
		require.Len(t, open, 1)
		require.Equal(t, "GET", open[0].Method)
		require.Equal(t, "https://a.example.com/", open[0].URL)
		var others []string
		for _, digit := range x.others {
			others = append(others, strings.Replace(x.response, "MA==", b64([]byte{byte(digit)}), 1))
		}
		mock := fmt.Sprintf(`{"subnet_id":{"subnet_id":"%s"},"request_id":%d,"response":%s,"additional_responses":[%s]}`,
			b64(open[0].Subnet.Subnet.Bytes()), open[0].ID, x.response, strings.Join(others, ","))
		require.Equal(t, "null", c.post("update/mock_canister_http", mock))
		require.Contains(t, c.fails(400, "update/mock_canister_http", mock), "no open outcall")
		require.Equal(t, "[]", c.get("read/get_canister_http"))
		var a answered
		require.NoError(t, json.Unmarshal([]byte(c.post("update/await_ingress_message", message)), &a))
		got := ""
		if a.Err != nil {
			got = a.Err.Message
		} else {
			got = string(*a.Ok)
		}
		require.Contains(t, got, x.want)
	}
}

// fetchArg is ("https://a.example.com/") in Candid.
var fetchArg = append([]byte("DIDL\x00\x01\x71\x16"), "https://a.example.com/"...)

// An agent needs signatures where a client of PocketIC needs none; what it is shown it can verify.
func TestAgents(t *testing.T) {
	c := newClient(t)
	c.server.cfg.Crypto = "bls"
	c.open(oneApp)
	status, body := c.do("GET", c.instance+"/api/v2/status", "")
	require.Equal(t, 200, status)
	require.Contains(t, body, "replica_health_status")
	status, body = c.do("POST", "/http_gateway", `{"forward_to":{"PocketIcInstance":0}}`)
	require.Equal(t, 201, status, body)
	var made struct{ Created struct{ Port int } }
	require.NoError(t, json.Unmarshal([]byte(body), &made))
	own := &client{t: t, url: fmt.Sprintf("http://127.0.0.1:%d", made.Created.Port)}
	status, body = own.do("GET", "/api/v2/status", "")
	require.Equal(t, 200, status, body)
	status, body = own.do("GET", "/_/topology", "")
	require.Equal(t, 200, status)
	require.Equal(t, c.get("_/topology"), body)
	page := c.library("site")
	status, body = own.do("GET", "/index.html?canisterId="+page.String(), "")
	require.Equal(t, 200, status, body)
	require.Contains(t, body, "<title>")
	status, _ = own.do("GET", "/nowhere?canisterId="+page.String(), "")
	require.Equal(t, 404, status)
	status, first := own.do("GET", "/count?canisterId="+page.String(), "")
	require.Equal(t, 200, status, first)
	_, second := own.do("GET", "/count?canisterId="+page.String(), "")
	require.NotEqual(t, first, second, "it is an update call")
	require.Equal(t, "null", c.good(c.do("POST", "/http_gateway/0/stop", "")))
	require.Equal(t, "[]", c.good(c.do("GET", "/http_gateway", "")))
	_, body = c.do("POST", "/http_gateway", `{"forward_to":{"Replica":"http://localhost"}}`)
	require.Contains(t, body, `{"Error":{"message":"icsim does not support an HTTP gateway to a replica`)
}

// Mainnet ids lie on the subnets that have them on the mainnet; other canisters get ids from the top down, in the order in which
// PocketIC makes subnets (interface.md E and G.4).
func TestSubnets(t *testing.T) {
	c := newClient(t).open(`{"subnet_config_set":{"nns":{},"ii":{"state_config":"New"},"application":[{},{}],"system":[],"cloud_engine":[]}}`)
	var top topology
	require.NoError(t, json.Unmarshal([]byte(c.get("_/topology")), &top))
	require.Len(t, top.Subnets, 4)
	require.Equal(t, "tqzl2-p7777-77776-aaaaa-cai", top.Default.Canister.String(), "NNS and Internet Identity have one each")
	governance, identity := protocol.CanisterID(1).Principal(), protocol.CanisterID(7).Principal()
	kindOf := func(id principal.ID) string {
		var host subnetID
		require.NoError(t, json.Unmarshal([]byte(c.post("read/get_subnet", named(id))), &host))
		return top.Subnets[host.Subnet.String()].Kind
	}
	require.Equal(t, "null", c.post("read/get_subnet", named(governance)), "it does not exist")
	require.Equal(t, governance, c.create(`"None"`, &governance))
	require.Equal(t, "NNS", kindOf(governance))
	require.Equal(t, identity, c.create(`"None"`, &identity))
	require.Equal(t, "II", kindOf(identity))
	require.Equal(t, "Application", kindOf(c.create(`"None"`, nil)))
	for id, s := range top.Subnets {
		p, err := principal.Parse(id)
		require.NoError(t, err)
		made := c.create(`{"SubnetId":"`+b64(p.Bytes())+`"}`, nil)
		require.Equal(t, s.Kind, kindOf(made))
		require.Greater(t, made.String(), "", s.Kind)
		var numbers []byte
		raw := c.post("read/pub_key", `{"subnet_id":"`+b64(p.Bytes())+`"}`)
		var ints []int
		require.NoError(t, json.Unmarshal([]byte(raw), &ints))
		for _, n := range ints {
			numbers = append(numbers, byte(n))
		}
		require.Equal(t, p, principal.SelfAuthenticating(numbers))
	}
	ledger := protocol.CanisterID(0x1a00000).Principal()
	require.Contains(t, c.fails(501, "update/submit_ingress_message", raw(alice, principal.Management(), `"None"`,
		"provisional_create_canister_with_cycles", management.Encode(management.ProvisionalCreate{Specified: &ledger}))),
		"icsim does not support making a subnet for canister g3wsl-eqaaa-aaaan-aaaaa-cai while an instance lives")
}

// What there is not says so, and names it.
func TestUnsupported(t *testing.T) {
	c := newClient(t)
	for config, want := range map[string]string{
		`{}`: "an instance needs a subnet",
		`{"subnet_config_set":{"application":[{"state_config":{"FromPath":"x"}}]}}`: `state_config {\"FromPath\":\"x\"} of the Application`,
		`{"subnet_config_set":{"nns":{"instruction_config":"Benchmarking"}}}`:       `instruction_config \"Benchmarking\"`,
		`{"subnet_config_set":{"application":[{"cost_schedule":"Free"}]}}`:          `cost_schedule \"Free\"`,
		`{"state_dir":"x"}`: "icsim does not support state_dir",
		`{"icp_features":{"sns":"DefaultConfig","ii":"DefaultConfig"}}`: "icsim does not support icp_features (ii)",
		`{"bitcoind_addr":["127.0.0.1:1"]}`:                             "icsim does not support bitcoind_addr",
		`{"subnet_config_set":{"nns":7}}`:                               "the request is not what this route takes",
		`nonsense`:                                                      "the request is not what this route takes",
	} {
		status, body := c.do("POST", "/instances", config)
		require.Equal(t, 400, status, config)
		require.True(t, strings.HasPrefix(body, `{"Error":{"message":"`), body)
		require.Contains(t, body, want)
	}
	c.open(`{"subnet_config_set":{"nns":null,"application":[{"dts_flag":"Enabled","unheard":{"of":1}}]},"icp_features":{"ii":null}}`)
	message := c.fails(501, "update/canister_snapshot_upload", "")
	require.Equal(t, "icsim does not support POST /instances/0/update/canister_snapshot_upload", message)
	require.Contains(t, c.fails(400, "read/query", `{"sender":"?"}`), "a principal is wanted, in base64")
	require.Contains(t, c.fails(400, "read/query", `{"effective_principal":{"Somewhere":"AA=="}}`), "an effective principal is")
}

func TestInstancesEnd(t *testing.T) {
	c := newClient(t).open(oneApp)
	require.Equal(t, `["Available"]`, c.good(c.do("GET", "/instances/", "")), "paths may end in a slash")
	status, body := c.do("POST", "/http_gateway", `{"forward_to":{"PocketIcInstance":0}}`)
	require.Equal(t, 201, status, body)
	require.Contains(t, c.good(c.do("GET", "/http_gateway", "")), `"forward_to":{"PocketIcInstance":0}`)
	require.Equal(t, "null", c.good(c.do("DELETE", c.instance, "")))
	require.Equal(t, "[]", c.good(c.do("GET", "/http_gateway", "")))
	require.Equal(t, `["Deleted"]`, c.good(c.do("GET", "/instances", "")))
	require.Contains(t, c.fails(404, "update/tick", ""), "there is no instance 0")
	c.open(oneApp)
	require.Equal(t, "/instances/1", c.instance, "no id is used twice")
	c.server.reap(time.Now().Add(-time.Minute))
	c.post("update/tick", "")
	c.server.reap(time.Now())
	require.Contains(t, c.fails(404, "update/tick", ""), "there is no instance 1")
	require.Less(t, c.server.Idle(), time.Minute)
}

// Canister signatures are checked under any root key; others need none.
func TestVerifySignature(t *testing.T) {
	c := newClient(t)
	c.server.cfg.Crypto = "bls"
	c.open(oneApp)
	root := c.server.instances[0].registry.Subnets[0].PublicKey
	body := fmt.Sprintf(`{"msg":"","sig":"","pubkey":"%s","root_pubkey":"%s"}`,
		b64(der.WrapCanister(protocol.CanisterID(1).Principal(), nil)), b64(der.WrapBLS(root)))
	require.Contains(t, c.good(c.do("POST", "/verify_signature", body)), `{"Err":"`)
	status, _ := c.do("POST", "/verify_signature", `{}`)
	require.Equal(t, 400, status)
}
