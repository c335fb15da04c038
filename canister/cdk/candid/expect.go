package candid

import "strconv"

// A Reader takes what it expects out of a message, and remembers the first thing that is not so. After that it gives zero values:
// ask Err once, at the end.
type Reader struct {
	values []Value
	fields []Field // of the record that Record went into
	count  int     // of values taken
	err    *Error
}

// Read begins to read a message.
func Read(message []byte) *Reader {
	values, err := Decode(message)
	r := &Reader{values: values}
	if err != nil {
		r.err = err.(*Error)
	}
	return r
}

// Err gives the first thing that was not as expected, or nil.
func (r *Reader) Err() error {
	if r.err == nil {
		return nil // not a nil *Error
	}
	return r.err
}

func (r *Reader) fail(text string) {
	if r.err == nil {
		r.err = &Error{-1, text}
	}
}

// More reports whether there is a further value.
func (r *Reader) More() bool { return r.err == nil && len(r.values) > 0 }

// next takes the next value of the message.
func (r *Reader) next(kind Kind) Value {
	r.count++
	if r.err == nil && len(r.values) == 0 {
		r.fail("argument " + strconv.Itoa(r.count) + " is missing: a " + kind.String() + " is expected")
	}
	if r.err != nil {
		return Value{}
	}
	v := r.values[0]
	r.values = r.values[1:]
	return r.expect(v, kind, "argument "+strconv.Itoa(r.count))
}

// expect gives the value if it has the kind. vec empty is also a blob.
func (r *Reader) expect(v Value, kind Kind, where string) Value {
	if v.kind == kind || kind == Blob && v.kind == Vec && len(v.items) == 0 {
		return v
	}
	r.fail(where + " is a " + v.kind.String() + ", not a " + kind.String())
	return Value{}
}

// Text takes a text.
func (r *Reader) Text() string { return r.next(Text).text }

// Nat64 takes a nat64.
func (r *Reader) Nat64() uint64 { return r.next(Nat64).num }

// Principal takes a principal as its raw bytes.
func (r *Reader) Principal() string { return r.next(Principal).text }

// Blob takes a blob.
func (r *Reader) Blob() []byte { return []byte(r.next(Blob).text) }

// Record goes into a record: its fields are then taken by name, in any order.
func (r *Reader) Record() { r.fields = r.next(Record).fields }

// Into goes into a record that is a field of the record: its fields are taken then, and no others any more.
func (r *Reader) Into(name string) {
	v, ok := r.field(name, Record)
	if !ok {
		r.fail("there is no field " + name)
	}
	r.fields = v.fields
}

// field gives a field of the record; ok is false if there is none or it is of another type.
func (r *Reader) field(name string, kind Kind) (v Value, ok bool) {
	id := Hash(name)
	for i := range r.fields {
		if r.fields[i].id == id && r.err == nil {
			v = r.expect(r.fields[i].Value, kind, "field "+name)
			return v, r.err == nil
		}
	}
	return Value{}, false
}

// FieldNat16 takes a nat16, or an opt of one; missing or null it is the default.
func (r *Reader) FieldNat16(name string, missing uint16) uint16 {
	id := Hash(name)
	for i := range r.fields {
		if v := r.fields[i].Value; r.fields[i].id == id && r.err == nil {
			if v.kind == Null || v.kind == Opt && len(v.items) == 0 {
				return missing
			}
			if v.kind == Opt {
				v = v.items[0]
			}
			return uint16(r.expect(v, Nat16, "field "+name).num)
		}
	}
	return missing
}

// FieldNat64 takes a nat64; missing it is the default.
func (r *Reader) FieldNat64(name string, missing uint64) uint64 {
	if v, ok := r.field(name, Nat64); ok {
		return v.num
	}
	return missing
}

// FieldBool takes a bool; missing it is false.
func (r *Reader) FieldBool(name string) bool {
	v, _ := r.field(name, Bool)
	return v.num == 1
}

// FieldIs reports whether a variant has a case; missing it has none.
func (r *Reader) FieldIs(name, as string) bool {
	v, ok := r.field(name, Variant)
	return ok && v.fields[0].id == Hash(as)
}

// FieldPrincipal takes a principal as its raw bytes. It must not be missing.
func (r *Reader) FieldPrincipal(name string) string { return r.must(name, Principal).text }

// FieldAny takes a value of any type, to be passed on. It must not be missing.
func (r *Reader) FieldAny(name string) Value { return r.must(name, 0) }

// must takes a field of a kind, or of any kind for 0.
func (r *Reader) must(name string, kind Kind) Value {
	id := Hash(name)
	for i := range r.fields {
		if v := r.fields[i].Value; r.fields[i].id == id && r.err == nil {
			if kind == 0 {
				return v
			}
			return r.expect(v, kind, "field "+name)
		}
	}
	r.fail("there is no field " + name)
	return NewNull()
}

// FieldNat takes a nat; missing it is the default.
func (r *Reader) FieldNat(name string, missing uint64) uint64 {
	if v, ok := r.field(name, Nat); ok {
		return v.num
	}
	return missing
}

// FieldText takes a text; missing it is the default.
func (r *Reader) FieldText(name, missing string) string {
	if v, ok := r.field(name, Text); ok {
		return v.text
	}
	return missing
}

// FieldBlob takes a blob; missing it is the default.
func (r *Reader) FieldBlob(name string, missing []byte) []byte {
	if v, ok := r.field(name, Blob); ok {
		return []byte(v.text)
	}
	return missing
}

// FieldPrincipals takes a vec principal, each as its raw bytes; missing it is the default.
func (r *Reader) FieldPrincipals(name string, missing []string) []string {
	v, ok := r.field(name, Vec)
	if !ok {
		return missing
	}
	ids := make([]string, len(v.items))
	for i, x := range v.items {
		ids[i] = r.expect(x, Principal, "item "+strconv.Itoa(i)+" of "+name).text
	}
	return ids
}
