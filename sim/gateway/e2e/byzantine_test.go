package e2e

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What corrupt nodes do, in the words of byzantine.mjs.
const (
	falseAnswer = "a false answer to a query"
	droppedCall = "a call that was dropped"
	staleProof  = "a certificate that is stale"
)

// As many corrupt nodes as a subnet bears are seen through by each client, each by what gives it away: a signature, silence, an age.
// A client tells how often it saw what; that it took nothing false for true it asserts itself.
func TestByzantineNodes(t *testing.T) {
	for _, client := range []struct {
		name string
		sees func(*network) map[string]int
	}{
		{"@icp-sdk/core", script("byzantine_core.mjs")},
		{"@dfinity/agent", script("byzantine_agent.mjs")},
		{"icp", func(n *network) map[string]int {
			return (&besieged{commandLine: commandLine{n, n.TempDir()}}).seesThrough()
		}},
	} {
		t.Run(client.name, func(t *testing.T) {
			n := serve(t, "byzantine.yaml")
			seen := client.sees(n)
			for _, what := range []string{falseAnswer, droppedCall, staleProof} {
				require.Positive(t, seen[what], "%s was not seen", what)
				t.Logf("%s was seen %d times", what, seen[what])
			}
			n.end()
		})
	}
}

var seenLine = regexp.MustCompile(`(?m)^- (.*): seen (\d+) times$`)

func script(name string) func(*network) map[string]int {
	return func(n *network) map[string]int {
		seen := map[string]int{}
		for _, m := range seenLine.FindAllStringSubmatch(n.node(name, n.url, n.described()), -1) {
			times, err := strconv.Atoi(m[2])
			require.NoError(n, err)
			seen[m[1]] = times
		}
		return seen
	}
}

// besieged is icp among corrupt nodes: what it saw through, and what calls of the counter replied.
type besieged struct {
	commandLine
	mutex sync.Mutex
	seen  map[string]int
	told  map[string]bool
}

// complaints are what icp says when it does not take something for true, and what it has seen then. Who waits for a call that nobody has
// heard of is told in the end that the time is up, or shown an old certificate by the node that has only such.
var complaints = map[string]string{
	"Query signature verification failed": falseAnswer,
	"Certificate is stale (over 240s)":    staleProof,
	"The request timed out":               "",
}

// How long a call is waited for: icp itself gives up after five minutes.
const (
	forever = 7 * time.Minute
	patient = 30 * time.Second
)

// try runs icp canister … once. It may fail for a reason that is known, or not be done in time, and then it has printed nothing.
func (b *besieged) try(patience time.Duration, args ...string) (printed string, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := b.command(ctx, append(append([]string{"canister"}, args...), "-n", b.url, "-k", "fetch")...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err == nil {
		return strings.TrimSpace(out.String()), true
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	known := ctx.Err() != nil
	for text, what := range complaints {
		if strings.Contains(said.String(), text) {
			known = true
			b.seen[what]++
		}
	}
	if !known || out.Len() > 0 {
		b.Errorf("icp %v failed and printed %q: %s", args, &out, &said)
	}
	return "", false
}

// call calls the counter. A call without a reply was dropped: each that is carried out is told another number.
func (b *besieged) call(patience time.Duration) bool {
	printed, ok := b.try(patience, "call", b.subnets[1].First, "inc", "()")
	b.mutex.Lock()
	defer b.mutex.Unlock()
	switch {
	case !ok:
		b.seen[droppedCall]++
	case b.told[printed]:
		b.Errorf("two calls were told %s", printed)
	default:
		b.told[printed] = true
	}
	return ok
}

// was tells whether a call was told a number.
func (b *besieged) was(number string) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.told[number]
}

func (b *besieged) saw(what string) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.seen[what] > 0
}

func (b *besieged) query() (string, bool) {
	return b.try(patient, "call", "--query", b.subnets[1].First, "get", "()")
}

func (b *besieged) status() (string, bool) {
	return b.try(patient, "status", "--public", b.subnets[1].First)
}

// seesThrough takes some five minutes, so that certificates get old and calls are given up.
func (b *besieged) seesThrough() map[string]int {
	b.seen, b.told = map[string]int{}, map[string]bool{}
	status, ok := b.status()
	require.True(b, ok)
	require.Contains(b, status, "Module hash: 0x")
	for range 50 { // the node that shows old certificates makes its first
		again, _ := b.status()
		require.Equal(b, status, again)
	}
	made, waiting := b.callUntilOneIsDropped()
	for asked := 0; asked < 60 || !b.saw(falseAnswer); asked++ {
		require.Less(b, asked, 300, "no query was answered falsely")
		printed, ok := b.query()
		require.True(b, !ok || b.was(printed), "a false answer was believed: %s", printed)
	}
	for _, call := range waiting {
		for ok := <-call; !ok; ok = b.call(patient) { // it is made again
		}
	}
	for number := range made {
		require.Contains(b, b.told, fmt.Sprintf("(%d : nat64)", number+1), "each call is carried out once")
	}
	for asked := 0; asked < 30 || !b.saw(staleProof); asked++ {
		require.Less(b, asked, 300, "no certificate was stale")
		printed, ok := b.status()
		require.True(b, !ok || printed == status, "an old state was believed: %s", printed)
	}
	return b.seen
}

// callUntilOneIsDropped makes calls, many at once, until there are some of which nothing is heard.
func (b *besieged) callUntilOneIsDropped() (made int, waiting []chan bool) {
	for len(waiting) == 0 {
		require.Less(b, made, 100, "no call was dropped")
		var calls []chan bool
		for range 20 {
			call := make(chan bool, 1)
			calls = append(calls, call)
			go func() { call <- b.call(forever) }()
		}
		made += len(calls)
		late, cancel := context.WithTimeout(context.Background(), patient)
		for _, call := range calls {
			select {
			case ok := <-call:
				require.True(b, ok, "a call failed at once")
			case <-late.Done():
				waiting = append(waiting, call)
			}
		}
		cancel()
	}
	return made, waiting
}
