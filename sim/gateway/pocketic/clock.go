package pocketic

import (
	"context"
	"encoding/json"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/sim"
	"icsim/sim/gateway/live"
)

// round lets each subnet certify a block that is made from now on.
func (i *instance) round(ctx context.Context) error {
	i.rounds.Lock()
	defer i.rounds.Unlock()
	now, err := i.clock()
	if err != nil {
		return err
	}
	after := protocol.Time(now - i.genesis)
	return i.settle(ctx, func(s *messaging.State) bool { return s.Time() > after })
}

func (i *instance) clock() (now uint64, err error) {
	err = i.runner.Do(func(s *sim.Session) { now = s.Clock() })
	return now, err
}

// tick is a round on every subnet.
func (i *instance) tick(ctx context.Context, body []byte) (any, error) {
	var arg struct {
		Blockmakers json.RawMessage `json:"blockmakers"`
		First       json.RawMessage `json:"first_subnet"`
		Last        json.RawMessage `json:"last_subnet"`
	}
	if err := decode(body, &arg); err != nil {
		return nil, err
	}
	switch {
	case isSet(arg.Blockmakers):
		return nil, unsupported("blockmakers of a tick: consensus draws them")
	case isSet(arg.First), isSet(arg.Last):
		return nil, unsupported("an order of subnets in a tick: they go on at the same time")
	}
	return nil, i.round(ctx)
}

func (i *instance) getTime(context.Context, []byte) (any, error) {
	now, err := i.clock()
	return rawTime{now}, err
}

// setTime moves all walls forward.
func (i *instance) setTime(_ context.Context, body []byte) (any, error) {
	var to rawTime
	if err := decode(body, &to); err != nil {
		return nil, err
	}
	now, err := i.clock()
	switch {
	case err != nil:
		return nil, err
	case to.Nanos < now:
		return nil, bad("the time is %d; it cannot go back to %d", now, to.Nanos)
	case to.Nanos-i.genesis > maxSpan:
		return nil, bad("the time cannot be %d: an instance lasts 200 years", to.Nanos)
	}
	return nil, i.runner.SetClock(to.Nanos)
}

// maxSpan is how far an instance's time may go, in nanoseconds: what fits a protocol.Time, with room.
const maxSpan = 200 * 365 * 86400 * 1_000_000_000

// setCertifiedTime does so, and makes certificates show it.
func (i *instance) setCertifiedTime(ctx context.Context, body []byte) (any, error) {
	if _, err := i.setTime(ctx, body); err != nil {
		return nil, err
	}
	return nil, i.round(ctx)
}

// autoProgress lets an instance's time be the real time, until stopProgress.
//
// Model: artificial_delay_ms is ignored; rounds take the time that they take.
func (i *instance) autoProgress(context.Context, []byte) (any, error) {
	i.auto.Store(true)
	return nil, i.runner.SetMode(live.Auto)
}

func (i *instance) stopProgress(context.Context, []byte) (any, error) {
	i.auto.Store(false)
	return nil, i.runner.SetMode(live.Manual)
}

func (i *instance) autoProgresses(context.Context, []byte) (any, error) { return i.auto.Load(), nil }
