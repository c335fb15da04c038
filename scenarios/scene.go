package scenarios

import (
	"fmt"
	"slices"
	"time"

	"icsim/canister/candid"
	"icsim/canister/library"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/workload"
)

// candidNothing is Candid for no arguments: what a call gets that states none.
const candidNothing = "DIDL\x00\x00"

// A scene is a scenario on its way to a run: it knows what names have become.
type scene struct {
	spec   *Spec
	config *sim.Config
	ids    map[string]protocol.CanisterID
	users  []string // by number − 1, as sim numbers them
}

func (s *Spec) newScene(c *sim.Config) *scene {
	x := &scene{spec: s, config: c, ids: s.canisterIDs()}
	for i := range s.Clients {
		x.users = append(x.users, s.Clients[i].Name)
	}
	for range s.Management { // each is a client of its own, without a name
		x.users = append(x.users, "")
	}
	x.users = append(x.users, s.Users...)
	c.Users = len(s.Users)
	return x
}

func (x *scene) user(name string) workload.User {
	switch name {
	case "":
		return 0
	case anonymous:
		return workload.Anonymous
	}
	return workload.User(slices.Index(x.users, name) + 1)
}

func (x *scene) canister(name string) *sim.Canister {
	i := slices.IndexFunc(x.config.Canisters, func(c sim.Canister) bool { return c.Name == name })
	return &x.config.Canisters[i]
}

// install gives the canisters their modules, arguments and controllers.
func (x *scene) install() (err error) {
	for i := range x.spec.Canisters {
		from := &x.spec.Canisters[i]
		to := sim.Canister{
			Name: from.Name, Subnet: x.spec.subnetIndex(from.Subnet), ID: x.ids[from.Name], Module: from.bytes, Cycles: from.Cycles,
		}
		if to.Arg, to.Prepare, err = x.argument(&from.Arg, from.offers.init, nil); err != nil {
			return fmt.Errorf("canister %s: %w", from.Name, err)
		}
		if from.Library != "" {
			to.Library = true
			if to.Module, err = x.libraryModule(); err == nil && from.Arg.isNone() {
				to.Arg, err = libraryArg(from.Library, from.Settings, x.ids)
			}
		}
		if err != nil {
			return fmt.Errorf("canister %s: %w", from.Name, err)
		}
		to.Controllers = x.parties(from.Controllers)
		to.Settings = *from.Resources.compile()
		if to.Settings.LogVisibility == nil {
			to.LogViewers = x.parties(from.Resources.Logs)
		}
		x.config.Canisters = append(x.config.Canisters, to)
	}
	return nil
}

// libraryModule gives the module of all library canisters. Snapshots may bring it, too.
func (x *scene) libraryModule() (module []byte, err error) {
	if x.config.Library == nil {
		x.config.Library, err = library.Module()
	}
	return x.config.Library, err
}

// parties gives users and canisters by their names; nil stays nil.
func (x *scene) parties(names []string) (all []sim.Controller) {
	if names != nil {
		all = []sim.Controller{}
	}
	for _, name := range names {
		by := sim.Controller{User: x.user(name)}
		if id, ok := x.ids[name]; ok && !slices.Contains(x.users, name) {
			by = sim.Controller{Canister: id}
		}
		all = append(all, by)
	}
	return all
}

func (a *Argument) isNone() bool { return a.Text == nil && a.Bytes == nil }

// A prepare makes an argument when it is needed.
type prepare = func(*workload.Memory) ([]byte, error)

// argument gives an argument that is known now, or how to make it.
func (x *scene) argument(a *Argument, types []candid.Type, names captures) ([]byte, prepare, error) {
	switch {
	case a.Bytes != nil:
		return a.Bytes, nil, nil
	case a.Payload != 0:
		arg, err := candid.Encode([]candid.Value{candid.Blob(make([]byte, a.Payload))}, []candid.Type{candid.BlobType()})
		return arg, nil, err
	case a.Text == nil && len(types) == 0:
		return []byte(candidNothing), nil, nil
	case a.Text == nil: // all may be missing
		t := newTemplate("()")
		t.types, t.typed = types, true
		arg, err := t.encode(nil)
		return arg, nil, err
	case a.Text.isConstant():
		arg, err := a.Text.encode(nil)
		return arg, nil, err
	}
	return nil, func(m *workload.Memory) ([]byte, error) {
		return a.Text.encode(func(p *part) (candid.Value, error) { return x.value(p, m, names) })
	}, nil
}

// value gives what a reference stands for.
func (x *scene) value(p *part, m *workload.Memory, names captures) (candid.Value, error) {
	var v candid.Value
	c, ok := names[p.name]
	i := slices.Index(x.users, p.name)
	switch {
	case ok:
		var err error
		if v, err = c.value(m); err != nil {
			return nil, fmt.Errorf("$%s: %w", p.name, err)
		}
	case i >= 0:
		v = candid.Principal{ID: m.Users[i]}
	default:
		id, ok := x.ids[p.name]
		if v = (candid.Principal{ID: id.Principal()}); !ok { // a subnet
			v = candid.Principal{ID: m.Subnets[x.spec.subnetIndex(p.name)]}
		}
	}
	v, err := follow(v, p.path)
	if err != nil {
		return nil, fmt.Errorf("$%s: %w", p.name, err)
	}
	return v, nil
}

// A capture is where the value of a name is found.
type capture struct {
	call, index int // in the sequence, in its reply
	of          *Step
}

// captures are the names that a sequence saves.
type captures map[string]capture

func (c *capture) value(m *workload.Memory) (candid.Value, error) {
	reply := m.Replies[c.call]
	if reply == nil {
		return nil, fmt.Errorf("the call on line %d brought no reply", c.of.line)
	}
	values, _, err := c.of.method.decode(reply)
	if err != nil {
		return nil, err
	}
	if c.index >= len(values) {
		return nil, fmt.Errorf("the reply on line %d has %d values", c.of.line, len(values))
	}
	return values[c.index], nil
}

// decode reads a reply.
func (m *method) decode(reply []byte) ([]candid.Value, []candid.Type, error) {
	if !m.typed {
		return candid.DecodeAny(reply)
	}
	values, err := candid.Decode(reply, m.results)
	return values, m.results, err
}

// client makes the client of a run.
func (x *scene) client(k *Client) (out workload.Config, err error) {
	out = workload.Config{
		Name: k.Name, Every: k.Every, Burst: k.Burst, Poisson: k.Poisson, Start: k.From, Stop: k.Until, Count: k.Count,
		Copies: k.Copies,
	}
	if out.Stop == 0 {
		out.Stop = x.spec.Duration
	}
	first := &k.Step
	if len(k.traced) > 0 {
		first = &Step{Canister: k.traced[0].canister}
		out.Trace, err = x.traced(k)
	} else if len(k.Sequence) > 0 {
		first, out.Count = &k.Sequence[0], k.Repeat
		out.Sequence, err = x.sequence(k.Sequence)
	} else {
		var calls []workload.Call
		if calls, err = x.calls(first, 0, nil); err == nil {
			out.Call = calls[0]
		}
		if k.Every == 0 {
			out.Every, out.Count = time.Second, 1
		}
	}
	out.Place = x.placeOf(x.canister(first.Canister).Subnet)
	if k.Place != "" {
		out.Place = slices.Index(x.spec.Network.places, k.Place)
	}
	return out, err
}

// placeOf is where the first node of a subnet is.
func (x *scene) placeOf(subnet int) int {
	group, k := subnet, 0
	for i := range x.config.Changes {
		if c := &x.config.Changes[i]; c.Create && c.Subnet == subnet {
			group, k = x.spec.locate(c.Add[0])
		}
	}
	if group == len(x.config.Subnets) {
		return x.config.Spares.Places[k]
	}
	return x.config.Subnets[group].Places[k]
}

// sequence makes the calls of steps. Some steps take several.
func (x *scene) sequence(steps []Step) (all []workload.Call, err error) {
	names := captures{}
	for i := range steps {
		calls, err := x.calls(&steps[i], len(all), names)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", steps[i].line, err)
		}
		calls[0].At, calls[0].Wait = steps[i].At, steps[i].Wait
		all = append(all, calls...)
		for k, name := range steps[i].Save {
			names[name] = capture{len(all) - 1, k, &steps[i]}
		}
	}
	return all, nil
}

// management makes the client that does one thing at its time.
func (x *scene) management(s *Step) (out workload.Config, err error) {
	out = workload.Config{Name: s.what(), Start: s.At, Stop: x.spec.Duration}
	out.Place = x.placeOf(x.canister(s.Canister).Subnet)
	out.Sequence, err = x.calls(s, 0, nil)
	return out, err
}
