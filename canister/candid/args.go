package candid

import "fmt"

// ParseArgs reads values as text, such as (1 : nat, record { a = "x" }), and infers their types.
func ParseArgs(text string) ([]Value, []Type, error) {
	nodes, f := parseNodes(text)
	if f != nil {
		return nil, nil, f.inText(text)
	}
	types := make([]Type, len(nodes))
	for i := range nodes {
		if types[i], f = infer(&nodes[i]); f != nil {
			return nil, nil, f.under(step{index: i}).inText(text)
		}
	}
	values, f := typing{}.arguments(nodes, types, len(text))
	if f != nil {
		return nil, nil, f.inText(text)
	}
	return values, types, nil
}

// ParseArgsAs reads values as text for arguments of these types. It takes exactly what the types ask for, except that arguments and fields
// that may be null may be missing: what a person writes in vain is a mistake.
func ParseArgsAs(text string, types []Type) ([]Value, error) {
	return parseArgsAs(text, types, typing{})
}

// CoerceArgs is ParseArgsAs as a decoder would have it: further arguments and unknown fields are passed over.
func CoerceArgs(text string, types []Type) ([]Value, error) {
	return parseArgsAs(text, types, typing{lenient: true})
}

func parseArgsAs(text string, types []Type, t typing) ([]Value, error) {
	nodes, f := parseNodes(text)
	if f != nil {
		return nil, f.inText(text)
	}
	values, f := t.arguments(nodes, types, len(text))
	if f != nil {
		return nil, f.inText(text)
	}
	return values, nil
}

func parseNodes(text string) ([]node, *fault) {
	p, f := newParser(text)
	if f != nil {
		return nil, f
	}
	return p.arguments()
}

func (t typing) arguments(nodes []node, types []Type, end int) ([]Value, *fault) {
	if len(nodes) > len(types) && !t.lenient {
		return nil, &fault{at: nodes[len(types)].pos, says: fmt.Sprintf("one argument too many; expected is %s", FormatTypes(types))}
	}
	values := make([]Value, len(types))
	for i, want := range types {
		if i >= len(nodes) {
			if !want.nullable() {
				return nil, &fault{at: end, says: fmt.Sprintf("argument %d is missing; expected is %s", i+1, FormatTypes(types))}
			}
			values[i] = Null{}
			continue
		}
		v, f := t.value(&nodes[i], want)
		if f != nil {
			return nil, f.under(step{index: i})
		}
		values[i] = v
	}
	return values, nil
}
