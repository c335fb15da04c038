package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Scenario gives what a trial runs. The error is Problems with the plan's own lines: what the plan passes on, such as canisters and
// faults, is only read here.
func (p *Plan) Scenario(t *Trial) (*Spec, error) {
	x := &parser{reader: reader{file: p.File}, spec: &Spec{File: p.File}, open: openFile(p.File)}
	defer x.close()
	x.scenario(x.object(p.document(t), "a scenario"))
	if err := x.err(); err != nil {
		return nil, err
	}
	return x.spec, nil
}

// document writes the trial as a scenario. It is made of nodes rather than text, so that those of the plan keep their lines.
func (p *Plan) document(t *Trial) *yaml.Node {
	_, end := p.Measured(t)
	if len(t.Lost) > 0 {
		end += degradedDrain
	} else {
		end += drain
	}
	subnet := mapping("name", scalar(loadedSubnet), "nodes", scalar(strconv.Itoa(len(t.Nodes))))
	places := make([]string, len(t.Nodes))
	for i := range t.Nodes {
		places[i] = t.Nodes[i].Place
	}
	subnet.Content = append(subnet.Content, scalar("places"), words(places))
	doc := mapping(
		"name", scalar(fmt.Sprintf("%s-%d", shorten(p.Name), len(t.Nodes))), "about", scalar("a trial of the plan "+p.Name),
		"duration", scalar(printDuration(end)), "crypto", scalar(p.Effort.Crypto), "subnets", sequence(subnet))
	var canisters, clients, faults []*yaml.Node
	for i := range p.Loads {
		for k := range p.Loads[i].Spread {
			name := fmt.Sprintf("load-%d-%d", i+1, k+1)
			canisters = append(canisters, withFields(p.Loads[i].canister, "name", scalar(name), "subnet", scalar(loadedSubnet)))
			clients = append(clients, p.client(&p.Loads[i], name, t))
		}
	}
	faults = append(faults, p.faults...)
	if len(t.Lost) > 0 {
		var lost []string
		for _, n := range t.Lost {
			lost = append(lost, fmt.Sprintf("%s/%d", loadedSubnet, n))
		}
		faults = append(faults, mapping("crash", words(lost), "at", scalar(printDuration(p.LossAt()))))
	}
	doc.Content = append(doc.Content, scalar("canisters"), sequence(canisters...), scalar("clients"), sequence(clients...))
	if len(faults) > 0 {
		doc.Content = append(doc.Content, scalar("faults"), sequence(faults...))
	}
	return doc
}

// client makes the share of a load that one of its canisters gets.
func (p *Plan) client(l *UserLoad, canister string, t *Trial) *yaml.Node {
	every := max(time.Duration(int64(l.Every)*int64(l.Spread)*t.Den/t.Num), time.Microsecond)
	_, until := p.Measured(t)
	ask := "call"
	if l.Query {
		ask = "query"
	}
	c := mapping("name", scalar("users-of-"+canister), ask, scalar(canister+"."+l.Method), "every", scalar(printDuration(every)),
		"poisson", scalar("true"), "from", scalar(printDuration(p.LoadFrom())), "until", scalar(printDuration(until)))
	for _, at := range c.Content {
		at.Line = l.line
	}
	if l.arg != nil {
		c.Content = append(c.Content, scalar("arg"), l.arg)
	}
	if l.place != nil {
		c.Content = append(c.Content, scalar("place"), l.place)
	}
	c.Line = l.line
	return c
}

// ExamplePlan is a plan that uses every section, with comments: `icsim plan --help` shows it.
var ExamplePlan = strings.TrimSpace(string(mustRead("plans/example.yaml"))) + "\n"
