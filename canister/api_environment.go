package canister

import (
	"slices"
	"unicode/utf8"

	m "icsim/canister/management"
)

// environmentCalls tell the environment variables that controllers have set, in the order of their names.
func environmentCalls() []systemCall {
	return []systemCall{
		{"env_var_count", ":I", anyMode, priceCall, func(x *execution, s []uint64) { s[0] = uint64(len(x.canister.environment)) }},
		{"env_var_name_size", "I:I", anyMode, priceCall, func(x *execution, s []uint64) { s[0] = uint64(len(x.variable(s[0]).Name)) }},
		{"env_var_name_copy", "IIII:", anyMode, priceCall, func(x *execution, s []uint64) { x.copyOut([]byte(x.variable(s[0]).Name), s[1:]) }},
		{"env_var_name_exists", "II:i", anyMode, priceCall, variableExists},
		{"env_var_value_size", "II:I", anyMode, priceCall, func(x *execution, s []uint64) { s[0] = uint64(len(x.named(s).Value)) }},
		{"env_var_value_copy", "IIIII:", anyMode, priceCall, func(x *execution, s []uint64) { x.copyOut([]byte(x.named(s).Value), s[2:]) }},
	}
}

// variable gives the environment variable with an index.
func (x *execution) variable(index uint64) m.EnvironmentVariable {
	if index >= uint64(len(x.canister.environment)) {
		x.violate("env_var: there is no environment variable with this index")
	}
	return x.canister.environment[index]
}

// named gives the environment variable whose name is at an address.
func (x *execution) named(s []uint64) m.EnvironmentVariable {
	i := x.findVariable(s)
	if i < 0 {
		x.violate("env_var: no such environment variable")
	}
	return x.canister.environment[i]
}

func (x *execution) findVariable(s []uint64) int {
	name := x.read(s[0], s[1])
	if len(name) > maxVariableBytes || !utf8.Valid(name) {
		x.violate("env_var: the name is too long or not UTF-8")
	}
	return slices.IndexFunc(x.canister.environment, func(v m.EnvironmentVariable) bool { return v.Name == string(name) })
}

func variableExists(x *execution, s []uint64) {
	i := x.findVariable(s)
	s[0] = 0
	if i >= 0 {
		s[0] = 1
	}
}
