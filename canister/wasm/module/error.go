package module

import "fmt"

// Error says what is wrong with a module and where.
type Error struct {
	Section string // "code", "import", …; "" for the file as a whole
	Func    int    // index of the function, imports counted; -1 outside function bodies
	Name    string // of that function, from the name section or its export; may be empty
	Offset  int    // byte in the uncompressed module; -1 when no one byte is at fault
	Msg     string
}

// Error gives "code section, function 12 (main), byte 0x1a4: unknown instruction 0xff".
func (e *Error) Error() string {
	s := "module"
	if e.Section != "" {
		s = e.Section + " section"
	}
	if e.Func >= 0 {
		s += fmt.Sprintf(", function %d", e.Func)
		if e.Name != "" {
			s += " (" + e.Name + ")"
		}
	}
	if e.Offset >= 0 {
		s += fmt.Sprintf(", byte %#x", e.Offset)
	}
	return s + ": " + e.Msg
}
