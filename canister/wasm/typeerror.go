package wasm

import (
	"errors"
	"regexp"
	"strconv"

	"icsim/canister/wasm/module"
)

// typeError words what wazero's compiler refuses. Operand types are left to it; it sees the rewritten module, whose function
// indices among those defined are the original's.
func typeError(m *module.Module, err error) error {
	out := &module.Error{Section: "code", Func: -1, Offset: -1}
	if at := regexp.MustCompile(`function\[(\d+)`).FindStringSubmatch(err.Error()); at != nil {
		if i, bad := strconv.Atoi(at[1]); bad == nil && i < len(m.Code) {
			out.Func = i + m.ImportedFuncs()
			out.Name = m.FuncName(uint32(out.Func))
			out.Offset = m.Code[i].Offset
		}
	}
	inner := err
	for next := errors.Unwrap(inner); next != nil; next = errors.Unwrap(inner) {
		inner = next
	}
	out.Msg = "the code does not type-check: " + inner.Error()
	return out
}
