package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/protocol"
)

// waiting makes canister 1 wait for a call to another subnet, so that a context stays open; the call is in sent.
func (s *subnet) waiting() *protocol.SignedIngress {
	m := s.ingress(1, "run", script{}.to(150, is(""), is("back"), is("rejected")).do("perform"))
	s.round(m)
	return m
}

// A canister stops once no call is open; until then it takes none, and who stops it waits (interface.md B.2).
func TestStopping(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	open := s.waiting()
	version := s.state.find(1).version
	stop := s.manage("stop_canister", about(1))
	require.Equal(t, protocol.IngressReceived, stop.State, "an answer has to wait")
	require.Equal(t, Stopping, s.state.find(1).status)
	s.rejected(protocol.CanisterError, "IC0509", "is stopping", s.run(1, is("x")))
	call := script{}.to(1, is(""), nil, script{}.do("code").do("message").do("reply")).do("perform")
	require.Contains(t, string(s.run(2, call).Reply), "is stopping")
	again := s.run(2, asking("stop_canister", about(1), 5))
	s.rejected(protocol.CanisterReject, "IC0406", "see logs", again) // no controller
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.SysTransient, Message: "late"}))
	s.replied("rejected", s.statuses[open.MessageID])
	require.Equal(t, Stopped, s.state.find(1).status)
	require.Equal(t, version+3, s.state.find(1).version, "stop, the callback and being stopped")
	s.rejected(protocol.CanisterError, "IC0508", "is stopped", s.run(1, is("x")))
	s.done(s.manage("stop_canister", about(1)), nil)
	s.done(s.manage("start_canister", about(1)), nil)
	require.Equal(t, version+4, s.state.find(1).version)
	s.replied("x", s.run(1, is("x")))
	s.done(s.manage("stop_canister", about(1)), nil)
	require.Equal(t, Stopped, s.state.find(1).status, "at once, when nothing is open")
}

// stopper makes canister 2 a controller of 1 and lets it stop 1, with cycles; the call stays open.
func (s *subnet) stopper(cycles int) *protocol.SignedIngress {
	w := management.UpdateSettings{Canister: protocol.CanisterID(1).Principal()}
	all := append(controllersOf(s.state.find(1).controllers), protocol.CanisterID(2).Principal())
	w.Settings.Controllers = &all
	s.done(s.manage("update_settings", w), nil)
	then := script{}.do("refunded").do("code").do("reply")
	m := s.ingress(2, "run", script{}.do("call", protocol.ManagementCanister, "stop_canister", then, then).do("data", candidOf(about(1))).
		do("attach", cycles).do("perform"))
	s.round(m)
	require.Equal(s.t, protocol.IngressProcessing, s.statuses[m.MessageID].State)
	return m
}

// Cycles sent along with stop_canister are held while it waits, and come back.
func TestStopByCanister(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	s.waiting()
	m := s.stopper(50)
	require.Equal(t, cyc(50), s.state.find(1).heldByStops())
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.SysTransient}))
	s.round()
	s.replied(le128(50)+le32(0), s.statuses[m.MessageID])
	s.idle()
}

func TestStartCancelsStopping(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	open := s.waiting()
	m := s.stopper(50)
	s.done(s.manage("start_canister", about(1)), nil)
	s.round()
	s.replied(le128(50)+le32(5), s.statuses[m.MessageID])
	require.Equal(t, Running, s.state.find(1).status)
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.SysTransient}))
	s.replied("rejected", s.statuses[open.MessageID])
	require.Equal(t, Running, s.state.find(1).status)
}

// Stopping takes five minutes at most for who asked; the canister goes on stopping (IC0206).
func TestStopTimesOut(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	s.waiting()
	m := s.stopper(50)
	since := s.ctx.Time
	s.ctx.Time = since + stopTimeout
	s.play()
	require.Equal(t, protocol.IngressProcessing, s.statuses[m.MessageID].State)
	s.tick(1)
	s.play()
	s.round()
	s.replied(le128(50)+le32(2), s.statuses[m.MessageID])
	require.Equal(t, Stopping, s.state.find(1).status)
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.SysTransient}))
	require.Equal(t, Stopped, s.state.find(1).status)
}

// A deleted canister is gone with its cycles, from the certified tree too; its id is not given again.
func TestDelete(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	id := s.create()
	require.Equal(t, protocol.CanisterID(2), id)
	s.rejected(protocol.CanisterError, "IC0510", "must be stopped", s.manage("delete_canister", about(id)))
	s.done(s.manage("stop_canister", about(id)), nil)
	s.done(s.manage("delete_canister", about(id)), nil)
	require.Nil(t, s.state.find(id))
	_, there := s.state.Tree().Subtree(treeLabel(id))
	require.False(t, there)
	require.Equal(t, 1, s.state.NumCanisters())
	require.True(t, s.outcome.Burned.Compare(cyc(99*trillion)) > 0)
	s.rejected(protocol.DestinationInvalid, "IC0301", "not found", s.run(id, is("x")))
	require.Equal(t, protocol.CanisterID(3), s.create())
	at := protocol.CanisterID(9).Principal()
	specified := management.ProvisionalCreate{Specified: &at}
	s.done(s.manage("provisional_create_canister_with_cycles", specified), nil)
	s.done(s.manage("stop_canister", about(9)), nil)
	s.done(s.manage("delete_canister", about(9)), nil)
	s.rejected(protocol.SysTransient, "IC0205", "already in use", s.manage("provisional_create_canister_with_cycles", specified))
	for want := protocol.CanisterID(4); want < 12; want++ {
		if want != 9 {
			require.Equal(t, want, s.create())
		}
	}
}

// Uninstalling rejects open calls and keeps balance, controllers and settings; late responses find nobody (interface.md B.2).
func TestUninstall(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	open := s.waiting()
	s.done(s.manage("uninstall_code", about(1)), nil)
	s.rejected(protocol.CanisterReject, "IC0406", "uninstalled", s.statuses[open.MessageID])
	s.rejected(protocol.CanisterError, "IC0537", "no Wasm module", s.run(1, is("x")))
	before := s.balance(1)
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.SysTransient}))
	require.True(t, before.Less(s.balance(1)), "what was set aside for the response comes back")
	s.done(s.settled().manage("install_code", install(1, scripted(false), nil)), nil)
	s.replied("x", s.run(1, is("x")))
	s.idle()
}

func TestStatusAndMetadata(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	var status management.StatusReply
	s.done(s.manage("canister_status", about(1)), &status)
	require.NotNil(t, status.Status.Running)
	require.Equal(t, s.balance(1), status.Cycles)
	require.Equal(t, cyc(s.state.find(1).bytes()), status.MemorySize)
	require.Equal(t, s.state.find(1).code.hash[:], *status.ModuleHash)
	require.Equal(t, cyc(4*pageBytes), status.Memory.Wasm)
	ask := func(name string) protocol.IngressStatus {
		return s.run(2, asking("canister_metadata", management.CanisterMetadata{Canister: protocol.CanisterID(1).Principal(), Name: name}, 0))
	}
	s.replied(le128(0)+string(management.Encode(management.CanisterMetadataReply{Value: []byte("world")})), ask("hello"))
	s.rejected(protocol.CanisterReject, "IC0406", "see logs", ask("nothing"))
	w := management.UpdateSettings{Canister: protocol.CanisterID(1).Principal()}
	w.Settings.StatusVisibility = &management.Visibility{Public: &management.Null{}}
	s.done(s.manage("update_settings", w), nil)
	s.done(s.manageAs(stranger, "canister_status", about(1)), nil)
}
