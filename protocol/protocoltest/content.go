package protocoltest

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"

	"icsim/crypto"
	"icsim/protocol"
)

// contentOf hashes all that a value leads to, hidden fields and shared parts too: what fingerprints cannot show, since they are
// made once. Functions and channels count as present or not; maps must not matter to who reads the value in order.
func contentOf(v any) crypto.Hash {
	w := walker{seen: map[uintptr]int{}}
	w.value(reflect.ValueOf(v))
	return crypto.Sum("content", w.raw)
}

type walker struct {
	raw  []byte
	seen map[uintptr]int // pointers, by when they were met
}

func (w *walker) number(n uint64) { w.raw = binary.BigEndian.AppendUint64(w.raw, n) }

func (w *walker) value(v reflect.Value) {
	w.number(uint64(v.Kind()))
	switch v.Kind() {
	case reflect.Invalid:
	case reflect.Bool:
		if v.Bool() {
			w.number(1)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.number(v.Uint())
	case reflect.Float32, reflect.Float64:
		w.raw = fmt.Append(w.raw, v.Float())
	case reflect.String:
		w.number(uint64(v.Len()))
		w.raw = append(w.raw, v.String()...)
	case reflect.Slice:
		w.number(uint64(v.Len()))
		if v.Type().Elem().Kind() == reflect.Uint8 {
			w.raw = append(w.raw, v.Bytes()...)
			return
		}
		w.elements(v)
	case reflect.Array:
		w.elements(v)
	case reflect.Struct:
		for i := range v.NumField() {
			w.value(v.Field(i))
		}
	case reflect.Map:
		w.mapping(v)
	case reflect.Interface:
		if !v.IsNil() {
			w.raw = append(w.raw, v.Elem().Type().String()...)
		}
		w.value(v.Elem())
	case reflect.Pointer:
		w.pointer(v)
	default: // functions, channels
		w.raw = fmt.Append(w.raw, v.IsNil())
	}
}

func (w *walker) elements(v reflect.Value) {
	for i := range v.Len() {
		w.value(v.Index(i))
	}
}

// mapping adds up the entries' hashes, as they have no order.
func (w *walker) mapping(v reflect.Value) {
	var sum [4]uint64
	for entries := v.MapRange(); entries.Next(); {
		one := walker{seen: map[uintptr]int{}} // what is met first must not depend on the order
		one.value(entries.Key())
		one.value(entries.Value())
		h := crypto.Sum("entry", one.raw)
		for i := range sum {
			sum[i] += binary.BigEndian.Uint64(h[8*i:])
		}
	}
	for _, part := range sum {
		w.number(part)
	}
}

func (w *walker) pointer(v reflect.Value) {
	if v.IsNil() {
		w.number(0)
		return
	}
	if met, ok := w.seen[v.Pointer()]; ok && v.Elem().Kind() == reflect.Struct && v.Elem().NumField() > 0 {
		w.number(uint64(met))
		return
	}
	w.seen[v.Pointer()] = len(w.seen) + 1
	w.value(v.Elem())
}

// describe prints all of what a step put out that the rest of the world can tell apart.
func describe(out *protocol.Outputs) string {
	var b strings.Builder
	message := func(m protocol.Message) {
		fmt.Fprintf(&b, "%T %s %d %x %s", m, m.Lane(), m.Size(), m.Fingerprint(), m)
	}
	for _, s := range out.Sends {
		fmt.Fprintf(&b, "send to %v: ", s.To)
		message(s.Msg)
		b.WriteByte('\n')
	}
	for _, l := range out.Locals {
		fmt.Fprintf(&b, "local after %s: ", l.After)
		message(l.Msg)
		b.WriteByte('\n')
	}
	for _, w := range out.Writes {
		fmt.Fprintf(&b, "write %d %d %x: %T of %d\n", w.Key.Space, w.Key.Height, w.Key.ID, w.Value, w.Bytes)
	}
	for _, n := range out.Notes {
		round := n.Round
		n.Round = nil
		fmt.Fprintf(&b, "note %+v", n)
		if round != nil {
			fmt.Fprintf(&b, " round %x", contentOf(round))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "wake %d meter %v restart %v peers %v", out.Wake, out.Meter, out.Restart, out.Peers)
	return b.String()
}
