package wasm

import (
	"strconv"

	"icsim/canister/wasm/module"
)

func itoa(i int) string { return strconv.Itoa(i) }

func nameSection(names ...string) module.Custom {
	return module.Custom{Name: module.NameSection, Data: module.EncodeFuncNames(names)}
}
