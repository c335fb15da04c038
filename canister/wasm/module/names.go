package module

// NameSection is the name of the custom section that names functions for people.
const NameSection = "name"

// FuncNames gives the functions' names from the name section, by index; nil if there is none or it is malformed, which the
// standard forgives.
func (m *Module) FuncNames() map[uint32]string {
	for _, c := range m.Customs {
		if c.Name != NameSection {
			continue
		}
		r := &reader{buf: c.Data}
		for !r.done() {
			id, size := r.byte(), r.u32()
			sub := &reader{buf: r.bytes(uint64(size))}
			if id != 1 || r.failed() {
				continue
			}
			names := map[uint32]string{}
			for n := sub.count("names"); n > 0 && !sub.failed(); n-- {
				i := sub.u32()
				names[i] = sub.name()
			}
			if sub.failed() {
				return nil
			}
			return names
		}
	}
	return nil
}

// EncodeFuncNames gives the content of a name section with these function names, by index; "" leaves a function out.
func EncodeFuncNames(names []string) []byte {
	var list []byte
	n := uint64(0)
	for i, s := range names {
		if s != "" {
			list = appendName(AppendUnsigned(list, uint64(i)), s)
			n++
		}
	}
	sub := append(AppendUnsigned(nil, n), list...)
	return append(AppendUnsigned([]byte{1}, uint64(len(sub))), sub...)
}

// FuncName gives a function's name for an error: from the name section, else its first export, else "".
func (m *Module) FuncName(f uint32) string {
	if n := m.FuncNames()[f]; n != "" {
		return n
	}
	for _, e := range m.Exports {
		if e.Kind == KindFunc && e.Index == f {
			return e.Name
		}
	}
	return ""
}
