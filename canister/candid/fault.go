package candid

import (
	"errors"
	"fmt"
	"strings"
)

// A fault is what is wrong, where. Its text is made only when somebody reads it: an opt swallows mismatches by the thousand.
type fault struct {
	at   int    // offset in the message or the source
	path []step // from the innermost to the outermost
	says string

	// mismatch marks a sound value that cannot be had at the expected type; an opt turns it into null. If says
	// is empty, then have and want are the types.
	mismatch   bool
	have, want Type
}

// A step leads from a value to one of its parts.
type step struct {
	into  Kind // record, variant, vec, or 0 for an argument
	label Label
	index int
}

// mostSteps of a path are written out.
const mostSteps = 12

func (f *fault) under(s step) *fault {
	f.path = append(f.path, s)
	return f
}

func (f *fault) text() string {
	var out strings.Builder
	for i := len(f.path) - 1; i >= 0; i-- {
		if len(f.path)-i > mostSteps {
			out.WriteString("…: ")
			break
		}
		switch s := f.path[i]; s.into {
		case KindRecord:
			fmt.Fprintf(&out, "field %s: ", s.label)
		case KindVariant:
			fmt.Fprintf(&out, "case %s: ", s.label)
		case KindVec:
			fmt.Fprintf(&out, "item %d: ", s.index)
		default:
			fmt.Fprintf(&out, "argument %d: ", s.index+1)
		}
	}
	if f.says != "" {
		out.WriteString(f.says)
	} else {
		fmt.Fprintf(&out, "%s where %s is expected", short(f.have), short(f.want))
	}
	return out.String()
}

// short is a type for a message to a person.
func short(t Type) string {
	text := t.String()
	if name := t.Name(); name != "" {
		text = name + " = " + text
	}
	if most := 200; len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// inMessage makes an error of a fault in a message.
func (f *fault) inMessage() error {
	return fmt.Errorf("candid: byte %d: %s", f.at, f.text())
}

// inText makes an error of a fault in a source.
func (f *fault) inText(src string) error {
	before := src[:min(f.at, len(src))]
	line := 1 + strings.Count(before, "\n")
	column := 1 + len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
	return fmt.Errorf("line %d, column %d: %s", line, column, f.text())
}

// inValue makes an error of a fault in a value.
func (f *fault) inValue() error { return errors.New("candid: " + f.text()) }
