package pocketic

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
)

// The encodings of interface.md section G, to the letter.
func TestEncodings(t *testing.T) {
	app := protocol.CanisterID(0xFFFF_FFFF_FFE0_0000).Principal()
	for _, c := range []struct {
		value any
		want  string
	}{
		{rawTime{1<<64 - 1}, `{"nanos_since_epoch":18446744073709551615}`},
		{cyclesShown{cycles{protocol.Cycles{Hi: 1}}}, `{"cycles":18446744073709551616}`},
		{cyclesShown{cycles{protocol.Cycles{Hi: 1<<64 - 1, Lo: 1<<64 - 1}}}, `{"cycles":340282366920938463463374607431768211455}`},
		{shown(1), `{"canister_id":"AAAAAAAAAAEBAQ=="}`},
		{canisterID{identity{app}}, `{"canister_id":"///////gAAABAQ=="}`},
		{principalID{identity{principal.Anonymous()}}, `{"principal_id":"BA=="}`},
		{identity{principal.Management()}, `""`},
		{effective{}, `"None"`},
		{effective{subnet: &app}, `{"SubnetId":"///////gAAABAQ=="}`},
		{effective{canister: &app}, `{"CanisterId":"///////gAAABAQ=="}`},
		{messageID{Message: []byte{1, 2, 3}}, `{"effective_principal":"None","message_id":"AQID"}`},
		{result{ok: blob(nil)}, `{"Ok":""}`},
		{result{ok: blob([]byte("DIDL"))}, `{"Ok":"RElETA=="}`},
		{result{reject: rejectOf(protocol.Reject{Code: protocol.CanisterError, Message: "a \"trap\"", Error: "IC0503"}, true)},
			`{"Err":{"reject_code":"CanisterError","reject_message":"a \"trap\"","error_code":"CanisterCalledTrap","certified":true}}`},
		{result{reject: rejectOf(protocol.Reject{Code: protocol.CanisterReject, Message: "no"}, false)},
			`{"Err":{"reject_code":"CanisterReject","reject_message":"no","error_code":"CanisterRejectedMessage","certified":false}}`},
		{rangesShown([]sim.Range{{First: 0, Last: 6}}),
			`[{"start":{"canister_id":"AAAAAAAAAAABAQ=="},"end":{"canister_id":"AAAAAAAAAAYBAQ=="}}]`},
	} {
		got, err := json.Marshal(c.value)
		require.NoError(t, err)
		require.Equal(t, c.want, string(got))
	}
}

// What is written is read as it was.
func TestEncodingsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cycles{protocol.Cycles{Hi: rapid.Uint64().Draw(t, "hi"), Lo: rapid.Uint64().Draw(t, "lo")}}
		id, err := principal.FromBytes(rapid.SliceOfN(rapid.Byte(), 0, principal.MaxLen).Draw(t, "principal"))
		require.NoError(t, err)
		e := []effective{{}, {subnet: &id}, {canister: &id}}[rapid.IntRange(0, 2).Draw(t, "which")]
		type all struct {
			C cycles
			P identity
			E effective
		}
		raw, err := json.Marshal(all{c, identity{id}, e})
		require.NoError(t, err)
		var back all
		require.NoError(t, json.Unmarshal(raw, &back))
		require.Equal(t, all{c, identity{id}, e}, back)
	})
}

func TestBadNumbersAreNoCycles(t *testing.T) {
	for _, bad := range []string{"-1", "1.5", "1e9", `"7"`, "340282366920938463463374607431768211456", "null1"} {
		var c cycles
		require.Error(t, c.UnmarshalJSON([]byte(bad)), bad)
	}
}

// Every error code that canisters and subnets give has a name of PocketIC's.
func TestErrorCodesHaveNames(t *testing.T) {
	names := map[string]bool{}
	for code, name := range errorNames() {
		require.Regexp(t, `^IC0[1-6]\d\d$`, code)
		require.False(t, names[name], name)
		names[name] = true
	}
	require.Equal(t, "CanisterTrapped", errorCode(protocol.Reject{Error: "IC0502"}))
	require.Equal(t, "SysUnknown", rejectCode(protocol.SysUnknown))
}

// Whatever comes, the answer is JSON, and nothing panics.
func FuzzRequests(f *testing.F) {
	f.Add(oneApp)
	f.Add(`{"sender":"BA==","canister_id":"AAAAAAAAAAEBAQ==","effective_principal":{"SubnetId":"AA=="},"method":"m","payload":"","amount":1}`)
	f.Fuzz(func(t *testing.T, body string) {
		var c call
		_ = decode([]byte(body), &c)
		_ = subject(&c)
		var m messageID
		if decode([]byte(body), &m) == nil {
			_, _ = m.id()
		}
		var config instanceConfig
		if decode([]byte(body), &config) == nil && config.unsupported() == nil {
			_, _ = config.Subnets.plan()
		}
	})
}
