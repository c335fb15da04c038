package rewrite

import "icsim/canister/wasm/module"

// Cost gives the instructions charged for one opcode (interface.md A.5): wide says that memory is 64-bit, where an access costs more.
// Bulk operations pay one more for each byte.
//
// Model: abs and neg, which the table does not name, cost 1.
func Cost(op module.Opcode, wide bool) uint64 {
	if wide && (op.IsLoad() || op.IsStore()) {
		return 2
	}
	if op >= module.OpI32Eqz && op < module.OpRefNull {
		return numericCost(op)
	}
	switch op {
	case module.OpBlock, module.OpLoop, module.OpElse, module.OpEnd:
		return 0
	case module.OpIf, module.OpBr, module.OpBrIf, module.OpBrTable, module.OpGlobalGet, module.OpGlobalSet:
		return 2
	case module.OpReturnCall:
		return 3
	case module.OpCall, module.OpTableGet, module.OpTableSet, module.OpRefIsNull:
		return 5
	case module.OpCallIndirect:
		return 10
	case module.OpMemorySize:
		return 20
	case module.OpReturnCallIndirect:
		return 60
	case module.OpTableSize, module.OpMemoryCopy, module.OpMemoryFill, module.OpMemoryInit:
		return 100
	case module.OpRefFunc:
		return 130
	case module.OpMemoryGrow, module.OpDataDrop, module.OpElemDrop:
		return 300
	}
	if op >= 0xfc00 && op < module.OpMemoryInit {
		return 20 // saturating truncations
	}
	return 1
}

// numericCost covers the opcodes from i32.eqz to i64.extend32_s.
func numericCost(op module.Opcode) uint64 {
	switch {
	case op >= 0x5b && op <= 0x66: // float comparisons
		return 3
	case op >= 0x6d && op <= 0x70, op >= 0x7f && op <= 0x82: // integer division and remainder
		return 10
	case op == 0x95: // f32.div
		return 3
	case op == 0xa3: // f64.div
		return 5
	case op == module.OpF32Sqrt:
		return 5
	case op == module.OpF64Sqrt:
		return 8
	case op == 0x96 || op == 0x97 || op == 0xa4 || op == 0xa5: // min, max
		return 18
	case op == module.OpF64Copysign:
		return 3
	case op == module.OpF32Copysign, op >= module.OpF32Ceil && op <= 0x94, op >= module.OpF64Ceil && op <= 0xa2:
		return 2
	case op >= 0xa8 && op <= 0xab, op >= 0xae && op <= 0xb1: // float to integer
		return 20
	case op == 0xb2 || op == 0xb4 || op == 0xb7 || op == 0xb9: // signed integer to float
		return 3
	case op == 0xb3 || op == 0xb5 || op == 0xb8 || op == 0xba: // unsigned integer to float
		return 16
	}
	return 1
}
