package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"

	"icsim/canister"
	"icsim/canister/cdk/link"
	"icsim/canister/wasm/module"
	"icsim/canister/wasm/rewrite"
)

// inspect describes a module as far as it can be read. The error says why it cannot be installed.
func inspect(file string) (string, error) {
	code, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	refused := func(err error) error { return fmt.Errorf("%s cannot be installed: %w", file, err) }
	plain, err := module.Unpack(code)
	if err != nil {
		return "", refused(err)
	}
	m, err := module.Decode(plain)
	if err != nil {
		return "", refused(err)
	}
	t := &table{}
	hash := sha256.Sum256(code)
	t.row("hash", hex.EncodeToString(hash[:]))
	packed := code
	if len(plain) == len(code) {
		packed = compress(plain)
	}
	sizes(t, plain, packed)
	limits(t, m)
	var exports []string
	for _, e := range m.Exports {
		exports = append(exports, e.Name)
	}
	entries(t, exports)
	imports(t, m)
	description := sections(t, m)
	text := t.String() + described(description)
	executor := canister.NewExecutor(canister.Config{})
	defer executor.Close()
	if _, err := executor.Inspect(code, false); err != nil {
		if madeByGo(m) {
			err = fmt.Errorf("%w; icsim canister build makes a canister of a Go package", err)
		}
		return text, refused(err)
	}
	return text, nil
}

// madeByGo reports whether a module is what Go's compiler makes, and no canister yet.
func madeByGo(m *module.Module) bool {
	return slices.ContainsFunc(m.Imports, func(im module.Import) bool { return im.Module == rewrite.ModuleWASI })
}

// messageSize is what a message to install_code holds, a little less than the 2 MiB that an ingress message may have (interface.md B.5).
const messageSize = 2 << 20

func sizes(t *table, plain, packed []byte) {
	text := fmt.Sprintf("%s bytes, %s as gzip", grouped(uint64(len(plain))), grouped(uint64(len(packed))))
	if len(packed) > messageSize {
		text += ", more than a message holds: it is installed in chunks"
	}
	t.row("size", text)
}

// limits shows how much of what is allowed a module uses.
func limits(t *table, m *module.Module) {
	first := "limits"
	row := func(what string, used, most int) {
		t.row(first, fmt.Sprintf("%s %s of %s", what, grouped(uint64(used)), grouped(uint64(most))))
		first = ""
	}
	code := 0
	for i := range m.Code {
		code += len(m.Code[i].Code)
	}
	elements, pages := uint64(0), uint64(0)
	for _, x := range m.Tables {
		elements += x.Min
	}
	for _, x := range m.Memories {
		pages += x.Min
	}
	methods, names := 0, 0
	for _, e := range m.Exports {
		if kind, name, is := strings.Cut(e.Name, " "); is && strings.HasPrefix(kind, "canister_") {
			methods++
			names += len(name)
		}
	}
	sections, sectionBytes := 0, 0
	for _, c := range m.Customs {
		if strings.HasPrefix(c.Name, "icp:") {
			sections++
			sectionBytes += len(c.Name) + len(c.Data)
		}
	}
	row("functions", len(m.Funcs), rewrite.MaxFunctions)
	row("globals", len(m.Globals), rewrite.MaxGlobals)
	row("bytes of code", code, rewrite.MaxCodeSize)
	row("elements of tables", int(elements), rewrite.MaxTableElements)
	row("methods", methods, rewrite.MaxMethods)
	row("bytes of their names", names, rewrite.MaxMethodNames)
	row("icp sections", sections, rewrite.MaxICSections)
	row("bytes in them", sectionBytes, rewrite.MaxICSectionSize)
	bits := 32
	if m.Memory64() {
		bits = 64
	}
	t.row("memory", fmt.Sprintf("%s KiB at the start, %d-bit", grouped(pages*64), bits))
}

// entries shows exports by kind, those that canisters call methods by last.
func entries(t *table, exports []string) {
	kinds := []struct{ title, prefix string }{
		{"update", "canister_update "}, {"query", "canister_query "}, {"composite query", "canister_composite_query "},
		{"entries", "canister_"}, {"other exports", ""},
	}
	names := make([][]string, len(kinds))
	for _, e := range exports {
		i := slices.IndexFunc(kinds, func(k struct{ title, prefix string }) bool { return strings.HasPrefix(e, k.prefix) })
		if kinds[i].title != "entries" {
			e = strings.TrimPrefix(e, kinds[i].prefix)
		}
		names[i] = append(names[i], e)
	}
	for i, k := range kinds {
		rows(t, k.title, names[i])
	}
}

// rows shows names, in order, as many in a line as fit.
func rows(t *table, title string, names []string) {
	slices.Sort(names)
	line := ""
	for i, name := range names {
		if line += name; i < len(names)-1 {
			line += ", "
		}
		if i == len(names)-1 || len(line)+len(names[i+1]) > 100 {
			t.row(title, strings.TrimRight(line, " "))
			title, line = "", ""
		}
	}
}

func imports(t *table, m *module.Module) {
	from := map[string][]string{}
	for _, im := range m.Imports {
		from[im.Module] = append(from[im.Module], im.Name)
	}
	var modules []string
	for name := range from { //tidy:sorted below
		modules = append(modules, name)
	}
	slices.Sort(modules)
	for _, name := range modules {
		rows(t, "from "+name, from[name])
	}
}

// sections shows custom sections, and gives the Candid description.
func sections(t *table, m *module.Module) (description string) {
	title := "sections"
	for _, c := range m.Customs {
		if c.Name == link.CandidSection {
			description = string(c.Data)
		}
		t.row(title, fmt.Sprintf("%s, %s bytes", c.Name, grouped(uint64(len(c.Data)))))
		title = ""
	}
	return description
}

// described shows a Candid description.
func described(text string) string {
	if text == "" {
		return ""
	}
	return "\n" + strings.TrimRight(text, "\n") + "\n"
}
