package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A reader collects the problems of one file while it is read.
type reader struct {
	file     string
	problems Problems
}

// maxProblems bounds the report of a hopeless file.
const maxProblems = 200

func (r *reader) fail(line int, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{r.file, max(line, 1), fmt.Sprintf(format, args...)})
	}
}

// err gives the problems found, in the file's order.
func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	own := func(p Problem) int { return len(strings.TrimPrefix(p.File, r.file)) } // 0: this file, which goes first
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(own(a), own(b)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return r.problems
}

// document reads YAML text: one document, whose value is returned, or nil.
func (r *reader) document(text []byte) *yaml.Node {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	if err := dec.Decode(&doc); err != nil {
		r.syntax(err)
		return nil
	}
	if err := dec.Decode(&more); err == nil {
		r.fail(more.Line, "a second document begins; a file holds one scenario")
	}
	return resolve(doc.Content[0])
}

// syntax reports an error of the YAML library, which begins with "yaml: line 7: ".
func (r *reader) syntax(err error) {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if number, what, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(number); err == nil {
				line, text = n, what
			}
		}
	}
	if text == "EOF" {
		text = "the file is empty; want a scenario, that begins with name:"
	}
	r.fail(line, "%s", text)
}

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// An object is a mapping whose fields are taken one by one; what nobody takes is unknown.
type object struct {
	r      *reader
	what   string // "a subnet"
	line   int
	keys   []string
	values []*yaml.Node
	lines  []int
	known  []string
	broken bool // not a mapping at all, which is reported
}

func (r *reader) object(n *yaml.Node, what string) *object {
	o := &object{r: r, what: what, line: n.Line}
	if n.Kind != yaml.MappingNode {
		o.broken = true
		r.fail(n.Line, "%s is written as fields, such as { name: x }; this is %s", what, describe(n))
		return o
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch j := slices.Index(o.keys, key.Value); {
		case key.Kind != yaml.ScalarNode:
			r.fail(key.Line, "a field's name is a word; this is %s", describe(key))
		case j >= 0:
			r.fail(key.Line, "%s is given twice, first on line %d", key.Value, o.lines[j])
		default:
			o.keys = append(o.keys, key.Value)
			o.values = append(o.values, resolve(n.Content[i+1]))
			o.lines = append(o.lines, key.Line)
		}
	}
	return o
}

func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.ShortTag() == "!!null":
		return "nothing"
	}
	return strconv.Quote(shorten(n.Value))
}

func shorten(s string) string {
	if len(s) > maxWord {
		return s[:maxWord] + "…"
	}
	return s
}

// take gives a field's value, or nil when it is not there.
func (o *object) take(key string) *yaml.Node {
	o.known = append(o.known, key)
	if i := slices.Index(o.keys, key); i >= 0 {
		return o.values[i]
	}
	return nil
}

// value looks at a field that is there.
func (o *object) value(key string) *yaml.Node { return o.values[slices.Index(o.keys, key)] }

func (o *object) has(key string) bool { return slices.Contains(o.keys, key) }

// at is the line of a field, or of the object when the field is not there.
func (o *object) at(key string) int {
	if i := slices.Index(o.keys, key); i >= 0 {
		return o.lines[i]
	}
	return o.line
}

func (o *object) fail(key, format string, args ...any) { o.r.fail(o.at(key), format, args...) }

// done reports the fields that nobody took.
func (o *object) done() {
	for i, key := range o.keys {
		if !slices.Contains(o.known, key) {
			o.r.fail(o.lines[i], "%s has no field %q; %s", o.what, shorten(key), oneOf(key, o.known))
		}
	}
}

// list gives the items of a field.
func (o *object) list(key string) []*yaml.Node {
	n := o.take(key)
	if n == nil || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		o.fail(key, "%s is a list, with a line \"- …\" for each; this is %s", key, describe(n))
		return nil
	}
	items := make([]*yaml.Node, len(n.Content))
	for i := range items {
		items[i] = resolve(n.Content[i])
	}
	return items
}

// A word is a scalar with its line.
type word struct {
	text string
	line int
}

// words gives the items of a field that may be one word or a list of them.
func (o *object) words(key string) []word {
	n := o.take(key)
	if n == nil {
		return nil
	}
	return o.r.words(n, key)
}

func (r *reader) words(n *yaml.Node, key string) []word {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	var out []word
	for _, item := range items {
		item = resolve(item)
		if item.Kind != yaml.ScalarNode || item.ShortTag() == "!!null" {
			r.fail(item.Line, "%s is a word or a list of words; this is %s", key, describe(item))
			continue
		}
		out = append(out, word{item.Value, item.Line})
	}
	return out
}
