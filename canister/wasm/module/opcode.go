package module

// Opcode is an instruction's code: the byte itself, or prefix<<8 | sub-opcode for the prefixes 0xfc and 0xfd.
type Opcode uint16
