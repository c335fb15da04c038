package scenarios

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A crowd is canisters of one kind, one on each of some subnets. In the scenario it is written once,
//
//	canisters:
//	  - { name: tally, subnets: all, library: counter }
//	  - { name: asker, subnets: all, library: caller, settings: { calls: tally } }
//	clients:
//	  - { name: users, call: tally.inc, rate: 1000/s, poisson: true, popularity: zipf }
//
// and stands for canisters tally-nns, tally-sns and so on, each asker calling the tally of the next subnet, and for a client of each
// canister: streams of calls by chance (poisson) that are told apart by chance are such streams again, so that together
// they are the one that is written.
type crowd struct {
	name    string
	members []string // canisters, in the order of their subnets
}

// crowds writes crowds of canisters and their clients out, in place, before anybody reads them.
func (p *parser) crowds(o *object) {
	var all []crowd
	for _, item := range o.peek("canisters") {
		if c, ok := p.crowd(resolve(item)); ok {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return
	}
	o.replace("canisters", func(item *yaml.Node) []*yaml.Node { return p.members(item, all) })
	o.replace("clients", func(item *yaml.Node) []*yaml.Node { return p.share(item, all) })
}

// crowd reads whether a canister is written for several subnets.
func (p *parser) crowd(item *yaml.Node) (c crowd, ok bool) {
	name, subnets := fieldOf(item, "name"), fieldOf(item, "subnets")
	if name == nil || subnets == nil {
		return c, false
	}
	c.name = name.Value
	if given := resolve(subnets); given.Value == "all" {
		for i := range p.spec.Subnets {
			if !p.spec.Subnets[i].Created {
				c.members = append(c.members, c.name+"-"+p.spec.Subnets[i].Name)
			}
		}
	} else {
		for _, w := range given.Content {
			if p.findSubnet(word{w.Value, w.Line}) >= 0 {
				c.members = append(c.members, c.name+"-"+w.Value)
			}
		}
	}
	if len(c.members) == 0 && len(p.problems) == 0 {
		p.fail(subnets.Line, "subnets is all, or a list of names such as [app, other]")
	}
	return c, len(c.members) > 0
}

// members writes a canister out if it is a crowd.
func (p *parser) members(item *yaml.Node, all []crowd) (out []*yaml.Node) {
	i := find(all, fieldOf(item, "name"))
	if i < 0 || fieldOf(item, "subnets") == nil {
		return []*yaml.Node{item}
	}
	if subnet := fieldOf(item, "subnet"); subnet != nil {
		p.fail(subnet.Line, "a canister has one of subnet and subnets")
	}
	for k, name := range all[i].members {
		one := withoutFields(item, "name", "subnets", "subnet")
		one = withFields(one, "name", scalar(name), "subnet", scalar(strings.TrimPrefix(name, all[i].name+"-")))
		if callee := fieldOf(fieldOf(item, "settings"), "calls"); callee != nil {
			if to := find(all, callee); to >= 0 { // that of the next subnet
				next := all[to].members[(k+1)%len(all[to].members)]
				settings := withFields(withoutFields(fieldOf(item, "settings"), "calls"), "calls", scalar(next))
				one = withFields(withoutFields(one, "settings"), "settings", settings)
			}
		}
		out = append(out, one)
	}
	return out
}

// share divides a client's calls among a crowd.
func (p *parser) share(item *yaml.Node, all []crowd) (out []*yaml.Node) {
	ask := "call"
	if fieldOf(item, ask) == nil {
		ask = "query"
	}
	target := fieldOf(item, ask)
	i := -1
	var method string
	if target != nil {
		var canister string
		canister, method, _ = strings.Cut(target.Value, ".")
		i = slices.IndexFunc(all, func(c crowd) bool { return c.name == canister })
	}
	name, popularity := fieldOf(item, "name"), fieldOf(item, "popularity")
	if i < 0 || name == nil {
		if popularity != nil {
			p.fail(popularity.Line, "popularity is of calls to a crowd: a canister with subnets")
		}
		return []*yaml.Node{item}
	}
	every, ok := p.waits(item)
	if !ok {
		return nil
	}
	shares := p.shares(popularity, len(all[i].members))
	var sum int64
	for _, s := range shares {
		sum += s
	}
	for k, member := range all[i].members {
		wait := new(big.Int).Mul(big.NewInt(int64(every)), big.NewInt(sum))
		wait.Div(wait, big.NewInt(shares[k]))
		if !wait.IsInt64() {
			wait.SetInt64(int64(maxDuration))
		}
		out = append(out, withFields(withoutFields(item, "name", ask, "rate", "every", "popularity"),
			"name", scalar(name.Value+"-"+strings.TrimPrefix(member, all[i].name+"-")), ask, scalar(member+"."+method),
			"every", scalar(printDuration(min(max(time.Duration(wait.Int64()), time.Microsecond), maxDuration)))))
	}
	return out
}

// waits takes how often a crowd is called.
func (p *parser) waits(item *yaml.Node) (every time.Duration, ok bool) {
	if c := fieldOf(item, "count"); c != nil {
		p.fail(c.Line, "count is of a client that calls one canister; calls to a crowd go on until: a time")
		return 0, false
	}
	if poisson := fieldOf(item, "poisson"); poisson == nil || poisson.Value != "true" {
		p.fail(item.Line, "calls to a crowd are spread by chance; want poisson: true")
		return 0, false
	}
	var err error
	at := fieldOf(item, "rate")
	if at != nil {
		every, err = parseRate(at.Value)
	} else if at = fieldOf(item, "every"); at != nil {
		every, err = parseDuration(at.Value)
	}
	if at == nil || err != nil || every <= 0 {
		p.fail(item.Line, "calls to a crowd have one of every (such as 200ms) and rate (such as 5/s)")
		return 0, false
	}
	return every, true
}

// zipfScale makes shares of whole numbers.
const zipfScale = 1_000_000

// shares says how much of the calls each member gets: all alike, or by Zipf's law the k-th a k-th of what the first does.
func (p *parser) shares(popularity *yaml.Node, n int) []int64 {
	shares := make([]int64, n)
	zipf := false
	if popularity != nil {
		if zipf = popularity.Value == "zipf"; !zipf && popularity.Value != "even" {
			p.fail(popularity.Line, "popularity %q is unknown; %s", shorten(popularity.Value), oneOf(popularity.Value, []string{"even", "zipf"}))
		}
	}
	for k := range shares {
		if shares[k] = zipfScale; zipf {
			shares[k] = zipfScale / int64(k+1)
		}
	}
	return shares
}

func find(all []crowd, name *yaml.Node) int {
	return slices.IndexFunc(all, func(c crowd) bool { return name != nil && c.name == name.Value })
}
