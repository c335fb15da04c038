package sim

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"icsim/canister/library"
	"icsim/canister/management"
	"icsim/canister/wasm"
	"icsim/protocol"
	"icsim/sim/workload"
)

// compiled lets the tests of this file compile the library once.
var compiled = sync.OnceValues(func() (*wasm.Cache, error) { return wasm.NewCache("") })

// counting is small with a counter on its subnet, and a client that calls it.
func counting(t *testing.T, d time.Duration, client workload.Config) *Config {
	t.Helper()
	module, err := library.Module()
	if err != nil {
		t.Skip(err)
	}
	arg, err := library.Arg("counter", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := small(4, d)
	c.Canisters = []Canister{{Name: "tally", Module: module, Library: true, Arg: arg, Cycles: protocol.CyclesOf(1e15)}}
	if c.Modules, err = compiled(); err != nil {
		t.Fatal(err)
	}
	client.Stop = d
	c.Clients = []workload.Config{client}
	return c
}

const nothing = "DIDL\x00\x00"

func inc(what string) workload.Call {
	return workload.Call{What: what, Method: "inc", Arg: []byte(nothing)}
}

// A closed client makes a call after the answer to the one before, not before its time, and knows what earlier ones brought.
func TestSequenceWaitsForAnswers(t *testing.T) {
	set := workload.Call{What: "set", Method: "set", Prepare: func(m *workload.Memory) ([]byte, error) {
		return m.Replies[0], nil // sets what inc has given
	}}
	set.Wait = 5 * time.Second
	last := inc("last")
	last.At = 20 * time.Second
	last.Judge = func(_ *workload.Memory, a workload.Answer) string {
		if strings.HasSuffix(string(a.Reply), "\x02\x00\x00\x00\x00\x00\x00\x00") {
			return ""
		}
		return fmt.Sprintf("reply %x", a.Reply)
	}
	wrong := inc("wrong")
	wrong.Judge = func(*workload.Memory, workload.Answer) string { return "never right" }
	r := run(t, counting(t, 40*time.Second, workload.Config{
		Name: "user", Start: time.Second, Sequence: []workload.Call{inc("first"), inc("second"), set, last, wrong, inc("late")},
	}))
	requireChecks(t, r, "wrong")
	calls := r.Sequences[0].Calls
	for i := range calls {
		if calls[i].Answered != 1 || i > 0 && calls[i].AtSeconds <= calls[i-1].AtSeconds {
			t.Errorf("call %d: %+v", i, calls[i])
		}
	}
	if calls[2].AtSeconds < calls[1].AtSeconds+5 {
		t.Errorf("call 2 is answered at %v s, call 1 at %v s", calls[2].AtSeconds, calls[1].AtSeconds)
	}
	if calls[3].AtSeconds < 20 || calls[2].AtSeconds > 20 {
		t.Errorf("call 3 is answered at %v s", calls[3].AtSeconds)
	}
	if calls[4].Wrong != 1 || r.Ingress.Completed != 6 {
		t.Errorf("%+v %+v", calls[4], r.Ingress)
	}
}

// What the run has no time for is not as expected.
func TestUnfinishedSequencesAreNotAsExpected(t *testing.T) {
	ok := func(*workload.Memory, workload.Answer) string { return "" }
	first, second, third := inc("first"), inc("second"), inc("third")
	first.Judge, second.Judge, third.Judge, second.At = ok, ok, ok, 9999*time.Millisecond
	r := run(t, counting(t, 10*time.Second, workload.Config{Name: "user", Sequence: []workload.Call{first, second, third}}))
	requireChecks(t, r, "second", "third")
}

func TestSequencesRepeat(t *testing.T) {
	rises := inc("rises")
	rises.Judge = func(m *workload.Memory, a workload.Answer) string {
		if before := m.Replies[1]; before != nil && a.Reply[len(a.Reply)-8] != before[len(before)-8]+2 {
			return fmt.Sprintf("%x after %x", a.Reply, before)
		}
		return ""
	}
	r := run(t, counting(t, 30*time.Second, workload.Config{Name: "user", Count: 3, Sequence: []workload.Call{inc("one"), rises}}))
	requireChecks(t, r)
	if c := r.Sequences[0].Calls[1]; c.Made != 3 || c.Answered != 3 || r.Ingress.Submitted != 6 {
		t.Errorf("%+v", c)
	}
}

// Other users, and nobody, may sign a client's calls: who controls a canister may stop it.
func TestCallsAreSignedByWhomTheySay(t *testing.T) {
	for as := workload.Anonymous; as <= 2; as++ {
		for _, controller := range []workload.User{workload.Anonymous, 1, 2} {
			stop := workload.Call{What: "stop", Canister: protocol.ManagementCanister, Method: "stop_canister", As: as}
			stop.Arg = management.Encode(management.CanisterID{Canister: protocol.CanisterID(0).Principal()})
			signer := as
			if as == 0 {
				signer = 1 // the client itself
			}
			stop.Judge = func(_ *workload.Memory, a workload.Answer) string {
				if stopped := a.Reject.Code == 0; stopped != (signer == controller) {
					return fmt.Sprintf("user %d stops it: %v, user %d controls it", signer, stopped, controller)
				}
				return ""
			}
			c := counting(t, 5*time.Second, workload.Config{Name: "user", Sequence: []workload.Call{stop}})
			c.Users = 1
			c.Canisters[0].Controllers = []Controller{{User: controller}}
			requireChecks(t, run(t, c))
		}
	}
}

// Two clients that sign for one user make calls of their own, though at one time and with one text.
func TestClientsOfOneUserMakeCallsOfTheirOwn(t *testing.T) {
	call := inc("inc")
	call.As = workload.Anonymous
	c := counting(t, 5*time.Second, workload.Config{Name: "one", Sequence: []workload.Call{call}})
	c.Clients = append(c.Clients, c.Clients[0])
	get := workload.Call{What: "get", Method: "get", Arg: []byte(nothing), At: 3 * time.Second}
	get.Judge = func(_ *workload.Memory, a workload.Answer) string {
		if !strings.HasSuffix(string(a.Reply), "\x02\x00\x00\x00\x00\x00\x00\x00") {
			return fmt.Sprintf("reply %x", a.Reply)
		}
		return ""
	}
	c.Clients = append(c.Clients, workload.Config{Name: "reader", Stop: c.Duration, Sequence: []workload.Call{get}})
	requireChecks(t, run(t, c))
}

// A call of a canister without code is answered at once, not left to expire: it runs, so that its calls may be in blocks
// (rs/ingress_manager/src/ingress_selector.rs, validate_ingress).
func TestCallsOfEmptyCanistersAreAnswered(t *testing.T) {
	c := counting(t, 10*time.Second, workload.Config{})
	tally := c.Canisters[0].ID
	empty := workload.Call{Canister: protocol.ManagementCanister, About: tally, As: workload.Anonymous, Method: "uninstall_code",
		Arg: management.Encode(management.CanisterID{Canister: tally.Principal()})}
	call := inc("into the void")
	call.Canister = tally
	c.Clients = []workload.Config{{Name: "user", Stop: c.Duration, Sequence: []workload.Call{empty, call}}}
	r := run(t, c)
	got := r.Sequences[0].Calls[1]
	if got.ErrorCode != "IC0537" || got.AtSeconds > 8 {
		t.Errorf("%+v", got)
	}
}
