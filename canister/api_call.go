package canister

import (
	"fmt"
	"unicode/utf8"

	m "icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// callCalls build calls to other canisters.
func callCalls() []systemCall {
	return []systemCall{
		{"call_new", "IIIIIIII:", callers, priceCallNew, callNew},
		{"call_on_cleanup", "II:", callers, priceCall, callOnCleanup},
		{"call_data_append", "II:", callers, priceCall, callDataAppend},
		{"call_with_best_effort_response", "i:", callers, priceCall, callBestEffort},
		{"call_cycles_add128", "ll:", payers, priceCall, func(x *execution, s []uint64) {
			x.addCycles("call_cycles_add128", protocol.Cycles{Hi: s[0], Lo: s[1]})
		}},
		{"call_cycles_add", "l:", payers, priceCall, func(x *execution, s []uint64) {
			x.addCycles("call_cycles_add", protocol.CyclesOf(s[0]))
		}},
		{"call_cycles_add128_up_to", "llI:", payers, priceCall, func(x *execution, s []uint64) {
			n := protocol.Cycles{Hi: s[0], Lo: s[1]}.Min(x.liquid())
			x.addCycles("call_cycles_add128_up_to", n)
			x.putCycles(s[2], n)
		}},
		{"call_perform", ":i", callers, pricePerform, callPerform},
	}
}

func callNew(x *execution, s []uint64) {
	x.dropCall()
	if s[1] > maxPrincipalBytes {
		x.violate(fmt.Sprintf("call_new: the callee's id has more than %d bytes", maxPrincipalBytes))
	}
	callee, err := principal.FromBytes(x.read(s[0], s[1]))
	if err != nil {
		x.violate("call_new: " + err.Error())
	}
	name := x.read(s[2], s[3])
	if !utf8.Valid(name) {
		x.violate("call_new: the method name is not UTF-8")
	}
	x.building = &call{callee: callee, method: string(name), callback: callback{
		reply:  closureOf(s[4], s[5]),
		reject: closureOf(s[6], s[7]),
	}}
}

// closureOf takes an index that no table has for the largest, as the replica does.
func closureOf(index, env uint64) closure { return closure{uint32(min(index, noFunction)), env} }

// dropCall forgets a call that was begun; its cycles come back.
func (x *execution) dropCall() {
	if x.building != nil {
		x.balance = x.balance.Add(x.building.cycles)
		x.building = nil
	}
}

// begun gives the call being built.
func (x *execution) begun(name string) *call {
	if x.building == nil {
		x.violate(name + ": no call is under construction")
	}
	return x.building
}

func callOnCleanup(x *execution, s []uint64) {
	c := x.begun("call_on_cleanup")
	if c.hasCleanup {
		x.violate("call_on_cleanup: called twice for one call")
	}
	c.cleanup, c.hasCleanup = closureOf(s[0], s[1]), true
}

func callDataAppend(x *execution, s []uint64) {
	c := x.begun("call_data_append")
	data := x.read(s[0], s[1])
	if len(c.method)+len(c.arg)+len(data) > maxLocalBytes {
		x.violate(fmt.Sprintf("call_data_append: a call carries at most %d bytes", maxLocalBytes))
	}
	c.arg = append(c.arg, data...)
}

func callBestEffort(x *execution, s []uint64) {
	c := x.begun("call_with_best_effort_response")
	if c.bestEffort {
		x.violate("call_with_best_effort_response: called twice for one call")
	}
	c.bestEffort = true
	c.deadline = x.round.ctx.Time + protocol.Time(min(word(s[0]), maxBestEffort))*1e9
}

func (x *execution) addCycles(name string, n protocol.Cycles) {
	c := x.begun(name)
	if x.liquid().Less(n) {
		x.fail(errInsufficientInCall, "Canister "+x.canister.id.String()+" is out of cycles: "+n.String()+" asked for, "+
			x.liquid().String()+" available")
	}
	x.balance = x.balance.Sub(n)
	c.cycles = c.cycles.Add(n)
}

// Results of call_perform.
const (
	performed    = 0
	notPerformed = 2 // SYS_TRANSIENT
)

func callPerform(x *execution, s []uint64) {
	c := x.begun("call_perform")
	if x.mode&unreplicated != 0 { // a composite query pays nothing and queues nothing
		x.calls, x.building = append(x.calls, c), nil
		s[0] = performed
		return
	}
	r := x.round
	transmission := r.prices.request(uint64(len(c.method) + len(c.arg)))
	c.execution = r.prices.execution(r.limits.message, x.canister.code.wide)
	c.transmission = r.prices.response(maxResponseBytes)
	price := transmission.Add(c.prepaid())
	s[0] = notPerformed
	if x.liquid().Less(price) || !x.roomFor(c) {
		x.dropCall()
		return
	}
	x.balance = x.balance.Sub(price)
	x.transmitted = x.transmitted.Add(transmission)
	x.calls = append(x.calls, c)
	x.building = nil
	s[0] = performed
}

// roomFor reports whether queues and memory have room for one more call.
func (x *execution) roomFor(c *call) bool {
	c.respondent, c.nowhere = x.round.receiverOf(c)
	same := 0
	guaranteed := 0
	for _, other := range x.calls {
		if other.respondent == c.respondent {
			same++
		}
		if !other.bestEffort {
			guaranteed++
		}
	}
	open := len(x.canister.callbacks) + len(x.calls)
	switch {
	case x.canister.queues.Room(c.respondent) <= same:
		return false
	case !c.bestEffort && x.round.guaranteed+guaranteed >= maxGuaranteedSlots:
		return false
	case open >= ownCallbacks && x.round.callbacks+len(x.calls) >= maxCallbacks:
		return false
	}
	return true
}

// receiverOf is whose queue a call goes through. A call of the management canister about something on another subnet goes to that
// subnet's, and so does a call that names a subnet by its own principal. One to a principal that is nobody is answered for by the
// management canister, see Round.place.
func (r *Round) receiverOf(c *call) (to protocol.CanisterID, nowhere bool) {
	id, ok := protocol.CanisterFromPrincipal(c.callee)
	if ok && id < protocol.ManagerOf(0) {
		return id, false
	}
	if c.callee == principal.Management() {
		return r.managerFor(c.method, c.arg), false
	}
	subnet, ok := r.subnetOf(c.callee)
	return r.managerOf(subnet, ok), !ok
}

// managerFor gives the management canister of the subnet that a call of a method is about, or that hosts the canister it is about.
// Where it says neither, this subnet's says what is wrong (rs/embedders/src/wasmtime_embedder/system_api/routing.rs).
func (r *Round) managerFor(name string, arg []byte) protocol.CanisterID {
	found, known := findMethod(name)
	switch {
	case !known || found.run == nil:
	case found.access == open:
		if key, signing, ok := keyAsked(name, arg); signing {
			return r.managerOf(r.signer(key))
		} else if ok {
			return r.managerOf(r.knower(key))
		}
	case found.access == aboutSubnet:
		var to m.SubnetInfo
		if m.Decode(arg, &to) == nil {
			return r.managerOf(r.subnetOf(to.Subnet))
		}
	case found.aboutCanister() && r.ctx.Routing != nil:
		if target, err := targetOf(name, arg); err == nil {
			if id, ok := canisterOf(target.Bytes()); ok {
				return r.managerOf(r.ctx.Routing.Route(id))
			}
		}
	}
	return protocol.ManagementCanister
}

// managerOf is how the management canister of a subnet is called from this one: by the name that it has everywhere, if it is this
// subnet's or that of a subnet that there is not.
func (r *Round) managerOf(s protocol.SubnetID, known bool) protocol.CanisterID {
	if !known || s == r.ctx.Subnet {
		return protocol.ManagementCanister
	}
	return protocol.ManagerOf(s)
}
