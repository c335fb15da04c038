package library

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister"
	hostcandid "icsim/canister/candid"
	"icsim/canister/cdk/candid"
	"icsim/protocol"
)

func TestCounterCounts(t *testing.T) {
	s := newSubnet(t, arg(t, "counter", map[string]any{"start": uint64(41)}))
	require.Equal(t, uint64(42), s.number(1, "inc"))
	require.Equal(t, uint64(42), s.number(1, "get"))
	s.reply(s.call(1, "set", candid.NewNat64(7)))
	require.Equal(t, uint64(8), s.number(1, "inc"))
	s.rejected("candid: argument 1 is a text, not a nat64", s.call(1, "set", candid.NewText("9")))
	s.rejected("Canister has no update method 'burn'", s.call(1, "burn"))
	s.rejected("Canister has no update method 'dec'", s.call(1, "dec"))
	require.Equal(t, uint64(9), s.number(1, "inc"))
}

// A counter outlives upgrades; the others keep nothing, say so, and stay what they were. Without its leave the executor takes the
// module for one that Internet Computer would refuse.
func TestUpgrades(t *testing.T) {
	x := canister.NewExecutor(canister.Config{Library: module(t)})
	defer x.Close()
	s := newSubnetOn(t, x, arg(t, "counter", map[string]any{"start": uint64(41)}), arg(t, "burner", nil))
	require.Equal(t, uint64(42), s.number(1, "inc"))
	for range 3 {
		s.reply(s.upgrade(1))
		s.rejected("no update method 'burn'", s.call(1, "burn"))
	}
	require.Equal(t, uint64(43), s.number(1, "inc"))
	s.reply(s.upgrade(1))
	require.Equal(t, uint64(43), s.number(1, "get"))
	s.rejected("keeps nothing over an upgrade", s.upgrade(2))
	s.reply(s.call(2, "burn"))

	s = newSubnet(t, arg(t, "counter", nil))
	s.rejected("functions can be imported only from \"ic0\"", s.upgrade(1))
}

// The interface of a canister has the methods that it has.
func TestInterfaces(t *testing.T) {
	require.Empty(t, Interface("burner"))
	service, err := hostcandid.ParseDID(Interface("counter"))
	require.NoError(t, err)
	s := newSubnet(t, arg(t, "counter", nil))
	for _, m := range service.Service.Methods() {
		signature := m.Type.Signature()
		arg, err := hostcandid.Encode([]hostcandid.Value{hostcandid.Nat64(7)}[:len(signature.Args)], signature.Args)
		require.NoError(t, err)
		sent := s.sendRaw(1, m.Name, arg)
		s.round(sent)
		_, err = hostcandid.Decode(s.statuses[sent.MessageID].Reply, signature.Results)
		require.NoError(t, err, "%s: %+v", m.Name, s.statuses[sent.MessageID])
	}
}

// A site's replies are of the types that its interface has, the function among them.
func TestSiteInterface(t *testing.T) {
	service, err := hostcandid.ParseDID(Interface("site"))
	require.NoError(t, err)
	s := newSubnet(t, arg(t, "site", map[string]any{"large": uint64(600_000)}))
	ask := func(name, text string) string {
		method, err := service.Method(name)
		require.NoError(t, err)
		values, err := hostcandid.ParseArgsAs(text, method.Args)
		require.NoError(t, err)
		arg, err := hostcandid.Encode(values, method.Args)
		require.NoError(t, err)
		sent := s.sendRaw(1, name, arg)
		s.round(sent)
		reply, err := hostcandid.Decode(s.statuses[sent.MessageID].Reply, method.Results)
		require.NoError(t, err, "%s: %+v", name, s.statuses[sent.MessageID])
		short := hostcandid.Record{}
		for _, f := range reply[0].(hostcandid.Record) {
			if body, ok := f.Value.(hostcandid.Blob); !ok || len(body) < 100 {
				short = append(short, f)
			}
		}
		return hostcandid.FormatValue(short)
	}
	const request = `(record { method = "GET"; headers = vec {}; body = blob ""; url = `
	self := protocol.CanisterID(1).Principal().String()
	require.Contains(t, ask("http_request", request+`"/large.bin"; certificate_version = opt 2 })`),
		`record { token = record { part = 1 : nat64 }; callback = func "`+self+`".http_request_streaming_callback }`)
	require.Contains(t, ask("http_request", request+`"/count" })`), "upgrade = opt true")
	require.Contains(t, ask("http_request_update", request+`"/count" })`), `body = blob "1"`)
	require.Contains(t, ask("http_request_streaming_callback", "(record { part = 1 })"), "token = opt record { part = 2 : nat64 }")
	require.Contains(t, ask("http_request_streaming_callback", "(record { part = 2 })"), "token = null")
}

// A fetcher asks with the reference to its own transform function, which makes one of what nodes hear differently.
func TestFetcherAsks(t *testing.T) {
	_, err := hostcandid.ParseDID(Interface("fetcher"))
	require.NoError(t, err)
	s := newSubnet(t, arg(t, "fetcher", map[string]any{"keep": "usd", "max_response": uint64(500)}))
	s.round(s.sendRaw(1, "fetch", candid.Encode(candid.NewText("https://a.example.com"))))
	open := s.state.Outcalls().Open
	require.Len(t, open, 1, "%+v", s.statuses)
	c := open[0]
	require.Equal(t, "https://a.example.com", c.URL)
	require.Equal(t, uint64(500), c.MaxResponse)
	require.Equal(t, &protocol.Transform{Method: "transform", Context: []byte("usd")}, c.Transform)
	transform := func(body string) protocol.Transformed {
		r := &protocol.HTTPResponse{Status: 200, Headers: []protocol.HTTPHeader{{Name: "date", Value: body}}, Body: []byte(body)}
		got := s.executor.Transform(s.state, &s.ctx, c, r)
		require.Zero(t, got.Reject)
		return got
	}
	one := transform(`{"at": 1, "usd": 7}`)
	require.Equal(t, one.Reply, transform(`{"at": 2, "usd": 7}`).Reply)
	require.NotEqual(t, one.Reply, transform(`{"at": 2, "usd": 8}`).Reply)
}

// Answers to several calls that are open at once come back into the middle of one message.
func TestCallerAwaits(t *testing.T) {
	s := newSubnet(t,
		arg(t, "caller", map[string]any{"calls": ids(2, 3), "count": uint64(25), "concurrency": uint64(4)}),
		arg(t, "counter", nil), arg(t, "counter", nil))
	r := s.reply(s.call(1, "call"))
	r.Record()
	require.Equal(t, uint64(25), r.FieldNat64("replies", 99))
	require.Equal(t, uint64(0), r.FieldNat64("rejects", 99))
	require.NoError(t, r.Err())
	require.Equal(t, uint64(25), s.number(2, "get")+s.number(3, "get"))
	require.Equal(t, uint64(25), s.number(1, "replies"))
}

// A target that traps is a reject like any other.
func TestCallerCountsRejects(t *testing.T) {
	s := newSubnet(t, arg(t, "caller", map[string]any{"calls": ids(2), "method": "set", "count": uint64(3)}), arg(t, "counter", nil))
	s.reply(s.call(1, "call"))
	require.Equal(t, uint64(3), s.number(1, "rejects"))
	require.Equal(t, uint64(0), s.number(1, "replies"))
}

func TestCallerCallsByItself(t *testing.T) {
	s := newSubnet(t,
		arg(t, "caller", map[string]any{"calls": ids(2), "every": 250 * time.Millisecond, "count": uint64(2), "total": uint64(21)}),
		arg(t, "counter", nil))
	s.round()
	require.Equal(t, uint64(8), s.number(2, "get"))
	s.round()
	s.round()
	s.round()
	require.Equal(t, uint64(21), s.number(2, "get"))
}

// The burner uses what it is told to, within the cost of saying so.
func TestBurnerBurns(t *testing.T) {
	s := newSubnet(t, arg(t, "burner", map[string]any{"instructions": uint64(3_000_000), "pages": uint64(100)}))
	burn := func(want uint64, arg ...candid.Value) {
		used := s.number(1, "burn", arg...)
		require.InEpsilon(t, want, used, 0.01)
		require.InDelta(t, used, s.outcome.Instructions, 1_000_000) // Go may collect garbage after the reply
	}
	burn(3_000_000)
	burn(3_000_000)
	burn(50_000_000, candid.NewRecord(candid.Of("instructions", candid.NewNat64(50_000_000))))
	before := s.state.Size()
	burn(9_000_000, candid.NewRecord(candid.Of("instructions", candid.NewNat64(9_000_000)), candid.Of("pages", candid.NewNat64(1000))))
	require.InDelta(t, 1000*4096, s.state.Size()-before, 1<<20)
	require.Equal(t, uint64(4), s.number(1, "burned"))
}

// Go collects its garbage: memory stays within a few megabytes, however many calls.
func TestMemoryStaysFlat(t *testing.T) {
	s := newSubnet(t, arg(t, "caller", map[string]any{"calls": ids(2), "count": uint64(100)}), arg(t, "counter", nil))
	sizes := map[int]uint64{}
	for i := range 100 {
		s.call(1, "call")
		sizes[i] = s.state.Size()
	}
	require.Equal(t, uint64(100*100), s.number(2, "get"))
	require.Less(t, sizes[99], uint64(20<<20))
	require.Less(t, sizes[99]-sizes[49], uint64(2<<20))
}

// The same messages give the same state in an executor that has just been made.
func TestExecutorsAgree(t *testing.T) {
	run := func(x *canister.Executor) *subnet {
		s := newSubnetOn(t, x, arg(t, "caller", map[string]any{"calls": ids(2, 3), "every": 300 * time.Millisecond, "count": uint64(3)}),
			arg(t, "counter", nil), arg(t, "burner", map[string]any{"pages": uint64(30)}))
		for range 10 {
			s.round(s.send(1, "call"), s.send(2, "inc"), s.send(3, "burn"))
		}
		return s
	}
	fresh := canister.NewExecutor(canister.Config{})
	defer fresh.Close()
	require.Equal(t, protocol.NewManifest(run(shared()).state.Files()).Root(), protocol.NewManifest(run(fresh).state.Files()).Root())
}

func TestInstallSaysWhatIsWrong(t *testing.T) {
	for text, arg := range map[string][]byte{
		"canister_init failed: Canister called `ic0.trap` with message: 'the library has no canister cuonter'": candid.Encode(
			candid.NewText("cuonter"), candid.NewRecord()),
		"canister_init failed: Canister called `ic0.trap` with message: 'candid: byte 0: not a Candid message": []byte("counter"),
	} {
		all := installs(t, arg)
		_, err := shared().Genesis(&protocol.RoundContext{Nodes: 13, Genesis: genesisUnix}, all)
		require.ErrorContains(t, err, text)
	}
}

func TestArgSaysWhatIsWrong(t *testing.T) {
	for text, v := range map[string]struct {
		name     string
		settings map[string]any
	}{
		`the library has no canister "cuonter"; there are burner, caller, counter, fetcher, interpreter, migration, signer, site`: {
			"cuonter", nil,
		},
		`counter has no setting "begin"; there are start`: {"counter", map[string]any{
			"start": uint64(1), "begin": uint64(1),
		}},
		`burner: pages is many; it has to be a number of 0 or more`:  {"burner", map[string]any{"pages": "many"}},
		`caller: every is -1s; it has to be a duration of 0 or more`: {"caller", map[string]any{"every": -time.Second}},
	} {
		_, err := Arg(v.name, v.settings)
		require.EqualError(t, err, text)
	}
}
