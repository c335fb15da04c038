package candid

import (
	"cmp"
	"slices"
	"strconv"
)

// A Label names a field of a record or a case of a variant. ID alone decides; Name, if known, is what hashes to it.
type Label struct {
	ID   uint32
	Name string
}

// Named is the label of a name.
func Named(name string) Label { return Label{ID: Hash(name), Name: name} }

// Numbered is a label that is given by its number.
func Numbered(id uint32) Label { return Label{ID: id} }

// Hash gives the number of a name (Candid.md, Symbolic Field Ids).
func Hash(name string) uint32 {
	h := uint32(0)
	for i := range len(name) {
		h = h*223 + uint32(name[i])
	}
	return h
}

// String is the label as it is written in text, quoted where it must be.
func (l Label) String() string {
	if l.Name == "" {
		return strconv.FormatUint(uint64(l.ID), 10)
	}
	return quoteName(l.Name)
}

func quoteName(name string) string {
	if isIdentifier(name) && !slices.Contains(keywords, name) {
		return name
	}
	return quoteText(name)
}

// keywords may not stand unquoted as a name, by the grammar of Candid.
var keywords = []string{
	"blob", "composite_query", "false", "func", "import", "null", "oneway", "opt", "principal", "query", "record", "service", "true", "type",
	"variant", "vec", "inf", "nan", "NaN",
}

func isIdentifier(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) && (i == 0 || !isDigit(s[i])) {
			return false
		}
	}
	return s != ""
}

func isLetter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func byLabel(a, b Field) int { return cmp.Compare(a.ID, b.ID) }

// findField gives the place of a field among fields in order.
func findField(fields []Field, id uint32) (int, bool) {
	return slices.BinarySearchFunc(fields, id, func(f Field, id uint32) int { return cmp.Compare(f.ID, id) })
}
