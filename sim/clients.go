package sim

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"icsim/canister/management"
	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/check"
	"icsim/sim/machine"
	"icsim/sim/workload"
)

// foundUsers makes the keys of all users: the clients, in their order, and then the others.
func (s *simulation) foundUsers() {
	for i := range s.config.Clients {
		s.users = append(s.users, s.newUser("user key", i))
	}
	for i := range s.config.Users {
		s.users = append(s.users, s.newUser("further user key", i))
	}
}

func (s *simulation) newUser(stream string, i int) workload.Identity {
	secret, public := s.scheme.BasicKey(s.random.Split(stream, uint64(i)).Seed())
	return workload.Identity{Secret: secret, Public: public, Sender: principal.SelfAuthenticating(der.WrapEd25519(public))}
}

// principals gives who the users are.
func (s *simulation) principals() (all []principal.ID) {
	for i := range s.users {
		all = append(all, s.users[i].Sender)
	}
	return all
}

// subnetPrincipals gives what the subnets of genesis are called.
func (s *simulation) subnetPrincipals() (all []principal.ID) {
	for _, record := range s.registry.Latest().Subnets {
		all = append(all, record.Principal)
	}
	return all
}

// controllers gives the principals of those who control a canister.
func (s *simulation) controllers(c *Canister) []principal.ID {
	if c.Controllers == nil {
		return []principal.ID{principal.Anonymous()}
	}
	return s.parties(c.Controllers)
}

// settings gives what a canister's controllers would have set.
func (s *simulation) settings(c *Canister) *management.Settings {
	settings := c.Settings
	if c.LogViewers != nil {
		ids := s.parties(c.LogViewers)
		settings.LogVisibility = &management.Visibility{Viewers: &ids}
	}
	return &settings
}

// parties gives the principals of users and canisters.
func (s *simulation) parties(all []Controller) []principal.ID {
	ids := []principal.ID{}
	for _, by := range all {
		switch by.User {
		case 0:
			ids = append(ids, by.Canister.Principal())
		case workload.Anonymous:
			ids = append(ids, principal.Anonymous())
		default:
			ids = append(ids, s.users[by.User-1].Sender)
		}
	}
	return ids
}

// addClient makes a client; clients are numbered after the nodes.
func (s *simulation) addClient(i int) {
	w := workload.World{
		Scheme: s.scheme, Genesis: s.config.Genesis, Users: s.users, Subnets: s.subnetPrincipals(), Random: s.random.Split("client", uint64(i)),
		Verify: func(about protocol.CanisterID) workload.Verifier {
			return workload.CertifiedBy(s.scheme, s.rootKey(), about.Principal())
		},
		Key: s.nodeKey, Nodes: s.servingNodes, Host: s.hostOf,
	}
	client := workload.New(s.config.Clients[i], workload.User(i+1), w)
	s.clients = append(s.clients, client)
	s.addHost(func(*machine.Host, protocol.Time) protocol.Machine { return client })
}

// rootKey is the key by which all certificates can be verified, in DER.
func (s *simulation) rootKey() []byte {
	snapshot := s.registry.Latest()
	return der.WrapBLS(snapshot.Subnets[snapshot.Root].PublicKey)
}

// nodeKey gives the key of a node of a subnet.
func (s *simulation) nodeKey(subnet int, node principal.ID) (key crypto.BasicPublicKey, ok bool) {
	snapshot := s.registry.Latest()
	for _, n := range snapshot.Subnets[subnet].Members {
		if record := snapshot.Node(n); record.Principal == node {
			return record.SigningKey, true
		}
	}
	return key, false
}

// calls gives the calls of a client that have outcomes of their own.
func calls(c *workload.Config) []workload.Call {
	if len(c.Sequence) > 0 {
		return c.Sequence
	}
	return []workload.Call{c.Call}
}

// judgeReplies gives a check for each call whose answers are judged, in a short run only for those that were answered.
func (s *simulation) judgeReplies(short bool) []check.Outcome {
	var out []check.Outcome
	for i := range s.clients {
		outcomes := s.clients[i].Outcomes()
		for k, call := range calls(&s.config.Clients[i]) {
			o := &outcomes[k]
			if call.Judge == nil || short && o.Answered == 0 && o.Wrong == 0 {
				continue
			}
			c := check.Outcome{Name: call.What, Kind: check.Expect}
			switch {
			case o.Wrong > 0:
				c.Detail = fmt.Sprintf("%s, at %s", o.Why, time.Duration(o.WrongAt).Round(time.Millisecond))
				if o.Made > 1 {
					c.Detail += fmt.Sprintf(" (%d of %d calls)", o.Wrong, o.Made)
				}
			case o.Made == 0:
				c.Detail = "the run ended before the call was made"
			case o.Answered == 0:
				c.Detail = "the run ended before the answer"
			default:
				c.OK = true
			}
			out = append(out, c)
		}
	}
	return out
}

// sequences gives the newest answers in each closed client's sequence. Of those with calls of the management canister alone the
// timeline tells.
func (s *simulation) sequences() []SequenceResult {
	out := []SequenceResult{}
	for i := range s.clients {
		config := &s.config.Clients[i]
		if !slices.ContainsFunc(config.Sequence, func(c workload.Call) bool { return c.Canister != protocol.ManagementCanister }) {
			continue
		}
		r := SequenceResult{Client: config.Name, Calls: []CallResult{}}
		for k, o := range s.clients[i].Outcomes() {
			a := &o.Newest
			r.Calls = append(r.Calls, CallResult{
				What: config.Sequence[k].What, Made: uint64(o.Made), Answered: uint64(o.Answered), Wrong: uint64(o.Wrong),
				AtSeconds: seconds(o.NewestAt), Reply: hex.EncodeToString(a.Reply),
				RejectCode: int(a.Reject.Code), Reject: a.Reject.Message, ErrorCode: a.Reject.Error,
			})
		}
		out = append(out, r)
	}
	return out
}

// managed adds to the timeline what users had the management canister do.
func (s *simulation) managed(moments []Moment) []Moment {
	for i := range s.clients {
		config := &s.config.Clients[i]
		for k, o := range s.clients[i].Outcomes() {
			call := &calls(config)[k]
			if call.Canister != protocol.ManagementCanister || o.Answered == 0 || len(moments) >= maxMoments {
				continue
			}
			what := call.What + ": done"
			switch a := &o.Newest; {
			case a.Lost:
				what = call.What + ": no answer"
			case a.Reject.Code != 0:
				first, _, _ := strings.Cut(a.Reject.Message, "\n")
				what = call.What + ": " + first
			}
			moments = append(moments, Moment{AtSeconds: seconds(o.NewestAt), What: what})
		}
	}
	slices.SortStableFunc(moments, func(a, b Moment) int {
		switch {
		case a.AtSeconds < b.AtSeconds:
			return -1
		case a.AtSeconds > b.AtSeconds:
			return 1
		}
		return 0
	})
	return moments
}
