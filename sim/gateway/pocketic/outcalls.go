package pocketic

import (
	"context"
	"net/http"
	"strings"
	"time"

	"icsim/protocol"
	"icsim/sim"
)

// An outcallShown is an HTTPS outcall that waits for the test to answer.
type outcallShown struct {
	Subnet  subnetID           `json:"subnet_id"`
	ID      protocol.OutcallID `json:"request_id"`
	Method  string             `json:"http_method"`
	URL     string             `json:"url"`
	Headers []outcallHeader    `json:"headers"`
	Body    []byte             `json:"body"`
	Most    uint64             `json:"max_response_bytes"`
}

type outcallHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// openOutcalls tells what outcalls wait, but for those that are answered already.
func (i *instance) openOutcalls(context.Context, []byte) (any, error) {
	all := []outcallShown{}
	for n := range i.subnets {
		state, err := i.settled(protocol.SubnetID(n))
		if err != nil {
			return nil, err
		}
		for _, c := range state.Canisters().Outcalls().Open {
			if _, answered := i.answered.Load(outcallKey{protocol.SubnetID(n), c.ID}); answered {
				continue
			}
			shown := outcallShown{
				Subnet: subnetID{identity{i.registry.Subnets[n].Principal}}, ID: c.ID, Method: strings.ToUpper(c.Method.String()),
				URL: c.URL, Headers: []outcallHeader{}, Body: blob(c.Body), Most: c.MaxResponse,
			}
			for _, h := range c.Headers {
				shown.Headers = append(shown.Headers, outcallHeader(h))
			}
			all = append(all, shown)
		}
	}
	return all, nil
}

type outcallKey struct {
	subnet protocol.SubnetID
	id     protocol.OutcallID
}

type outcallResponse struct {
	Reply *struct {
		Status  uint16          `json:"status"`
		Headers []outcallHeader `json:"headers"`
		Body    []byte          `json:"body"`
	} `json:"CanisterHttpReply"`
	Reject *struct {
		Code    uint64 `json:"reject_code"`
		Message string `json:"message"`
	} `json:"CanisterHttpReject"`
}

func (r *outcallResponse) part() (p sim.OutcallPart, err error) {
	switch {
	case r.Reply != nil:
		p.Response = protocol.HTTPResponse{Status: r.Reply.Status, Body: r.Reply.Body}
		for _, h := range r.Reply.Headers {
			p.Response.Headers = append(p.Response.Headers, protocol.HTTPHeader(h))
		}
	case r.Reject != nil && r.Reject.Code >= uint64(protocol.SysFatal) && r.Reject.Code <= uint64(protocol.SysUnknown):
		p.Reject = protocol.Reject{Code: protocol.RejectCode(r.Reject.Code), Message: r.Reject.Message}
	case r.Reject != nil:
		return p, bad("reject_code %d: want 1 to 6", r.Reject.Code)
	default:
		return p, bad("a response is a CanisterHttpReply or a CanisterHttpReject")
	}
	return p, nil
}

// takes is how long a subnet may take to agree on an answer, in virtual time.
const takes = 10 * time.Second

// answerOutcall is the server: its answer reaches every node, or each another one, and the subnet agrees on it, or that it cannot.
func (i *instance) answerOutcall(ctx context.Context, body []byte) (any, error) {
	var arg struct {
		Subnet subnetID           `json:"subnet_id"`
		ID     protocol.OutcallID `json:"request_id"`
		First  outcallResponse    `json:"response"`
		Others []outcallResponse  `json:"additional_responses"`
	}
	if err := decode(body, &arg); err != nil {
		return nil, err
	}
	host, err := i.named(effective{subnet: &arg.Subnet.Subnet.ID})
	if err != nil {
		return nil, err
	}
	nodes := len(i.registry.Subnet(host).Members)
	if n := len(arg.Others); n > 0 && n+1 != nodes {
		return nil, bad("additional_responses has %d: with the response, each of the %d nodes gets one", n, nodes)
	}
	answer := &sim.OutcallAnswer{Subnet: host, ID: arg.ID}
	for _, r := range append([]outcallResponse{arg.First}, arg.Others...) {
		part, err := r.part()
		if err != nil {
			return nil, err
		}
		answer.Parts = append(answer.Parts, part)
	}
	state, err := i.settled(host)
	if err != nil {
		return nil, err
	}
	key := outcallKey{host, arg.ID}
	if _, again := i.answered.Load(key); again || state.Canisters().Outcalls().Find(arg.ID) == nil {
		return nil, &failure{http.StatusBadRequest, "there is no open outcall with this request_id"}
	}
	i.answered.Store(key, nil)
	if err := i.runner.Put(sim.Input{Outcall: answer}); err != nil {
		return nil, err
	}
	var until time.Duration
	return nil, i.drive(ctx, func(s *sim.Session) bool {
		if until == 0 {
			until = s.Now() + takes
		}
		return s.Settled(host).Canisters().Outcalls().Find(arg.ID) == nil || s.Now() > until
	})
}
