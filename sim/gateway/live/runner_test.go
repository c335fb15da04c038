package live

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/boundary"
	"icsim/sim/check"
	"icsim/sim/envelope"
	"icsim/sim/fault"
	"icsim/sim/network"
	"icsim/sim/recording"
)

// A clock is a real time that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Nanosecond)
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// small is a subnet of four nodes.
func small() *sim.Config {
	paths, err := network.Uniform(20*time.Millisecond, 0)
	if err != nil {
		panic(err)
	}
	return &sim.Config{
		Name: "small", Seed: 1, Genesis: sim.DefaultGenesis, Crypto: "ideal", Paths: paths,
		Subnets: []sim.Subnet{{
			Name: "app", Places: make([]int, 4), UnitDelay: time.Second, InitialNotaryDelay: 300 * time.Millisecond,
			DKGIntervalLength: 49, MaxIngressBytes: 2 << 20, MaxIngressMessages: 1000, MaxBlockIngress: 4 << 20, MaxBlockPayload: 4 << 20,
		}},
		Bounds: check.DefaultBounds(),
	}
}

// start keeps a small subnet going, on a clock that stands unless the test moves it.
func start(t *testing.T, c Config) (*Runner, *clock) {
	s, err := sim.Open(small())
	require.NoError(t, err)
	real := &clock{now: time.Unix(0, int64(s.Clock()))}
	c.Now = real.Now
	if c.Factor == 0 {
		c.Factor = 1
	}
	r := Start(s, c)
	t.Cleanup(func() { _, _ = r.Close() })
	return r, real
}

// state gives what a session shows of its times: virtual time, and how far the walls are ahead of real time.
func (r *Runner) state(t *testing.T) (now, lead time.Duration) {
	require.NoError(t, r.Do(func(s *sim.Session) { now, lead = s.Now(), r.pacer.lead(s) }))
	return now, lead
}

// reach waits until virtual time has got there, with some real time for the computer to do it in.
func (r *Runner) reach(t *testing.T, want time.Duration) {
	t.Helper()
	require.Eventually(t, func() bool { now, _ := r.state(t); return now >= want }, 10*time.Second, time.Millisecond)
}

// time asks for the subnet's time.
func (r *Runner) time(ctx context.Context, t *testing.T) (boundary.Answer, error) {
	var subnet principal.ID
	require.NoError(t, r.Do(func(s *sim.Session) { subnet = s.Registry().Subnets[0].Principal }))
	at, body := envelope.Probe(subnet)
	request, refusal := at.Request(body, sim.DefaultGenesis)
	require.Nil(t, refusal)
	return r.Ask(ctx, request, recording.Raw{Path: at.Path(), Body: body})
}

// awaitOne waits until a request is open.
func (r *Runner) awaitOne(t *testing.T) {
	open := func() (n int) { _ = r.Do(func(*sim.Session) { n = len(r.waiting) }); return n }
	require.Eventually(t, func() bool { return open() == 1 }, 10*time.Second, time.Millisecond)
}

func (r *Runner) halt(t *testing.T, nodes ...int) {
	for _, n := range nodes {
		require.NoError(t, r.Put(sim.Input{Fault: &fault.Action{Kind: fault.Halt, Node: protocol.NodeID(n)}}))
	}
}

// In Auto the walls stay within a minute of real time, however much virtual time requests take: here no node answers, and real time
// stands still.
func TestWallsStayNearRealTimeUnderLoad(t *testing.T) {
	r, _ := start(t, Config{Mode: Auto})
	require.NoError(t, r.Step(5*time.Second))
	r.halt(t, 0, 1, 2, 3)
	for range 60 {
		answer, err := r.time(t.Context(), t)
		require.NoError(t, err)
		require.Equal(t, 504, answer.Refusal.Status)
		_, lead := r.state(t)
		require.Less(t, lead, time.Minute)
	}
	now, _ := r.state(t)
	require.Greater(t, now, 10*time.Minute)
}

// While nobody asks, virtual time goes with real time, in Auto and in Real.
func TestIdleTimeIsRealTime(t *testing.T) {
	for _, c := range []Config{{Mode: Auto}, {Mode: Real}, {Mode: Real, Factor: 3}} {
		r, real := start(t, c)
		before, _ := r.state(t)
		for range 20 {
			real.pass(100 * time.Millisecond)
			r.reach(t, before+90*time.Millisecond)
			before, _ = r.state(t)
		}
		now, lead := r.state(t)
		require.InDelta(t, 2*time.Second*time.Duration(max(c.Factor, 1)), now, float64(700*time.Millisecond)*max(c.Factor, 1), "%v", c)
		require.InDelta(t, 0, lead, float64(time.Second), "%v", c)
	}
}

// A computer that slept does not simulate the night: the walls are set.
func TestLostTimeIsGivenUp(t *testing.T) {
	r, real := start(t, Config{Mode: Real})
	real.pass(8 * time.Hour)
	require.Eventually(t, func() bool { _, lead := r.state(t); return lead > -time.Second }, 10*time.Second, time.Millisecond)
	now, _ := r.state(t)
	require.Less(t, now, time.Minute)
}

func TestManualStandsAndSteps(t *testing.T) {
	r, real := start(t, Config{Mode: Manual})
	before, _ := r.state(t)
	real.pass(time.Hour)
	require.NoError(t, r.Step(5*time.Second))
	now, _ := r.state(t)
	require.Equal(t, before+5*time.Second, now)

	var clock uint64
	require.NoError(t, r.Do(func(s *sim.Session) { clock = s.Clock() }))
	require.Less(t, clock-sim.DefaultGenesis, uint64(time.Millisecond), "the walls stand")
	require.NoError(t, r.SetClock(clock+uint64(time.Hour)))
	require.ErrorContains(t, r.SetClock(clock), "it cannot go back")
	require.NoError(t, r.Do(func(s *sim.Session) { require.InDelta(t, clock+uint64(time.Hour), s.Clock(), 1000) }))
}

func TestPause(t *testing.T) {
	r, real := start(t, Config{Mode: Real})
	require.NoError(t, r.Pause())
	before, _ := r.state(t)
	real.pass(time.Second)
	mode, factor, paused, err := r.Pacing()
	require.NoError(t, err)
	require.Equal(t, []any{Real, 1.0, true}, []any{mode, factor, paused})
	for range 3 {
		require.NoError(t, r.Do(func(s *sim.Session) { r.pacer.rest(r) }))
	}
	now, _ := r.state(t)
	require.Equal(t, before, now)
	require.NoError(t, r.Resume(2))
	real.pass(time.Second)
	r.reach(t, before+1900*time.Millisecond)
	require.NoError(t, r.SetMode(Manual))
	before, _ = r.state(t)
	real.pass(time.Second)
	now, _ = r.state(t)
	require.Equal(t, before, now)
}

// Who no longer waits leaves nothing behind, and hinders nobody.
func TestAskMayBeCancelled(t *testing.T) {
	r, _ := start(t, Config{Mode: Manual})
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := r.time(ctx, t)
		require.ErrorIs(t, err, context.Canceled)
	}
	require.NoError(t, r.Do(func(*sim.Session) { require.Empty(t, r.waiting) }))
	require.NoError(t, r.Step(5*time.Second)) // the answers are nobody's
	require.NoError(t, r.SetMode(Auto))
	answer, err := r.time(t.Context(), t)
	require.NoError(t, err)
	require.NotEmpty(t, answer.Read.Certificate)
}

// A panic ends the session, not the process: who waits and who comes later is told why, and the recording is good up to there.
func TestAPanicEndsTheSession(t *testing.T) {
	var record bytes.Buffer
	r, _ := start(t, Config{Mode: Manual, Record: recording.NewWriter(&record, 1)})
	waiting := make(chan error)
	go func() { _, err := r.time(context.Background(), t); waiting <- err }()
	r.awaitOne(t)
	bug := "a bug of icsim ended the session: the moon fell"
	require.EqualError(t, r.Do(func(*sim.Session) { panic("the moon fell") }), bug)
	require.ErrorIs(t, <-waiting, ErrClosed)
	require.EqualError(t, r.Err(), bug)
	require.EqualError(t, r.Step(time.Second), bug)
	_, err := r.Close()
	require.EqualError(t, err, bug)
	read, err := recording.Read(record.Bytes(), sim.DefaultGenesis)
	require.NoError(t, err)
	require.Len(t, read.Inputs, 2, "the clocks, and the request")
}

// After the end nothing is done, and nobody waits.
func TestClose(t *testing.T) {
	r, _ := start(t, Config{Mode: Auto})
	r.halt(t, 0, 1, 2, 3)
	require.NoError(t, r.Pause())
	waiting := make(chan error)
	go func() { _, err := r.time(context.Background(), t); waiting <- err }()
	r.awaitOne(t)
	result, err := r.Close()
	require.NoError(t, err)
	require.NotEmpty(t, result.Digest)
	require.ErrorIs(t, <-waiting, ErrClosed)
	require.ErrorIs(t, r.Do(func(*sim.Session) {}), ErrClosed)
	require.ErrorIs(t, r.Step(time.Second), ErrClosed)
	_, err = r.Close()
	require.ErrorIs(t, err, ErrClosed)
}

// A session in all modes, recorded, is the same run when its inputs come again.
func TestRecordedSessionReplays(t *testing.T) {
	var record bytes.Buffer
	r, real := start(t, Config{Mode: Manual, Record: recording.NewWriter(&record, 1)})
	require.NoError(t, r.Step(5*time.Second))
	for _, m := range []Mode{Auto, Real, Auto} {
		require.NoError(t, r.SetMode(m))
		for range 5 {
			real.pass(700 * time.Millisecond)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for ctx.Err() == nil {
					real.pass(20 * time.Millisecond)
					time.Sleep(time.Millisecond)
				}
			}()
			_, err := r.time(ctx, t)
			cancel()
			require.NoError(t, err)
		}
	}
	live, err := r.Close()
	require.NoError(t, err)
	read, err := recording.Read(record.Bytes(), sim.DefaultGenesis)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(read.Inputs), 15)
	c := small()
	c.Duration, c.Inputs, c.Boundary = read.Lasted, read.Inputs, true
	again, err := sim.Run(c, nil)
	require.NoError(t, err)
	require.Equal(t, live.Digest, again.Digest)
}
