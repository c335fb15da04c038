package canister

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/canister/management"
	"icsim/crypto"
	"icsim/protocol"
)

// draws is a source of random choices: rapid's, or a seeded stream for long runs.
type draws func(n int) int

func seeded(seed string) draws {
	r := protocol.NewRand(crypto.Sum(seed), "test")
	return func(n int) int { return int(r.Below(uint64(n))) }
}

func fromRapid(t *rapid.T) draws {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }
}

// program draws one that changes everything a canister may change. It calls the ids given, to a depth.
func (d draws) program(ids []protocol.CanisterID, depth int) script {
	var s script
	for range d(6) {
		switch d(16) {
		case 0:
			s = s.do("keep", d(100))
		case 1:
			s = s.do("poke", 2048+4096*d(8), d(1000))
		case 2:
			s = s.do("stablegrow", d(2))
		case 3:
			s = s.do("certify", string(rune('a'+d(26))))
		case 4:
			s = s.do("timer", genesisUnix+d(20)*1e9)
		case 5:
			s = s.do("accept", d(2*trillion))
		case 6:
			s = s.do("burn", d(trillion/100))
		case 7:
			s = s.do("grow", d(2))
		case 8:
			s = s.do("ontimer", d.program(ids, depth-1))
		case 9:
			s = s.do("stablegrow", 1).do("stablewrite", d(65536-3), "abc")
		case 10:
			s = s.do("spin", 1+d(1000))
		case 11:
			s = s.do("call", protocol.ManagementCanister, "raw_rand", d.program(ids, depth-1), script{}).do("data", management.Encode(nil)).
				do("perform")
		case 12:
			deposit := append([]byte("DIDL\x01\x6c\x01\xb3\xc4\xb1\xf2\x04\x68\x01\x00\x01\x0a"), ids[d(len(ids))].Principal().Bytes()...)
			s = s.do("call", protocol.ManagementCanister, "deposit_cycles", d.program(ids, depth-1), script{}).do("data", deposit).
				do("attach", d(trillion)).do("perform")
		default:
			if depth > 0 {
				s = d.call(s, ids, depth)
			}
		}
	}
	return d.ending(s)
}

func (d draws) call(s script, ids []protocol.CanisterID, depth int) script {
	callee := ids[d(len(ids))]
	s = s.to(callee, d.program(ids, depth-1), d.program(ids, depth-1), d.program(ids, depth-1))
	if d(2) == 0 {
		s = s.do("attach", d(3*trillion))
	}
	if d(3) == 0 {
		s = s.do("bounded", d(20))
	}
	if d(2) == 0 {
		s = s.do("cleanup", script{}.do("keep", d(100)))
	}
	if d(8) == 0 {
		return s // begun and never performed
	}
	return s.do("perform")
}

func (d draws) ending(s script) script {
	switch d(8) {
	case 0:
		return s.do("trap", "drawn")
	case 1:
		return s.do("reject", "drawn")
	case 2:
		return s
	}
	return s.do("append", "drawn").do("reply")
}

// unclocked is a canister without what counts executions: ids of contexts, who ran when, and the log.
func unclocked(c *Canister) protocol.StateHash {
	plain := *c
	plain.contextID, plain.ran, plain.next, plain.charged = 0, 0, 0, 0
	plain.log = canisterLog{}
	return protocol.NewManifest(plain.write()).Root()
}

// A message that traps leaves no trace: memory, globals, stable memory, cycles, calls, timer, certified data.
// 10,000 messages on a system subnet, where a trap costs no fee either.
func TestTrapLeavesNoTrace(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x)
	s.ctx.System = true
	state, err := x.Genesis(&s.ctx, scriptedAt(false, 1, 2))
	require.NoError(t, err)
	s.state = state
	s.replied("", s.run(1, script{}.do("keep", 1).do("stablegrow", 1).do("certify", "x").do("timer", genesisUnix+int(3600e9)).do("reply")))
	d := seeded("rollback")
	for range 100 {
		before := unclocked(s.state.find(1))
		var calls []any
		for range 100 {
			body := d.program([]protocol.CanisterID{1, 2}, 2)
			calls = append(calls, s.ingress(1, "run", append(body, script{}.do("unreachable")...)))
		}
		s.round(calls...)
		require.Equal(t, before, unclocked(s.state.find(1)))
		for _, m := range calls {
			require.Equal(t, protocol.IngressRejected, s.statuses[m.(*protocol.SignedIngress).MessageID].State)
		}
	}
	require.Zero(t, s.state.find(2).version-1, "a call of a message that trapped was made")
	before := unclocked(s.state.find(1))
	s.replied("", s.run(1, script{}.do("keep", 2).do("reply")))
	require.NotEqual(t, before, unclocked(s.state.find(1)))
}
