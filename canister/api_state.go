package canister

import (
	"bytes"
	"fmt"

	"icsim/crypto/principal"
)

// stateCalls are about the canister itself and the world.
func stateCalls() []systemCall {
	const timers = certifiers | modeCleanup
	const rooted = modeInit | modePreUpgrade | paid | modeCleanup | modeTask
	const certificates = modeQuery | modeComposite

	table := []systemCall{
		{"canister_status", ":i", anyMode, priceCall, func(x *execution, s []uint64) { s[0] = uint64(x.canister.status) }},
		{"canister_version", ":l", anyMode, priceCall, func(x *execution, s []uint64) { s[0] = x.canister.version }},
		{"certified_data_set", "II:", certifiers, priceCall, certifiedDataSet},
		{"data_certificate_present", ":i", anyMode, priceCall, certificatePresent},
		{"data_certificate_size", ":I", certificates, priceCall, func(x *execution, s []uint64) { s[0] = uint64(len(x.mustCertificate())) }},
		{"data_certificate_copy", "III:", certificates, priceCall, func(x *execution, s []uint64) { x.copyOut(x.mustCertificate(), s) }},
		{"time", ":l", anyMode, priceCall, func(x *execution, s []uint64) { s[0] = x.round.now }},
		{"global_timer_set", "l:l", timers, priceCall, func(x *execution, s []uint64) { s[0], x.timer = x.timer, s[0] }},
		{"performance_counter", "i:l", anyOrStart, pricePerformance, performanceCounter},
		{"is_controller", "II:i", anyOrStart, priceController, isController},
		{"in_replicated_execution", ":i", anyOrStart, priceCall, inReplicatedExecution},
		{"debug_print", "II:", anyOrStart, pricePrint, debugPrint},
		{"trap", "II:", anyOrStart, priceCall, trap},
	}
	for _, pair := range [][]systemCall{
		environmentCalls(),
		blobCalls("canister_self", anyMode, func(x *execution) []byte { return x.canister.id.Principal().Bytes() }),
		blobCalls("subnet_self", anyMode, func(x *execution) []byte { return x.round.ctx.SubnetPrincipal.Bytes() }),
		blobCalls("root_key", rooted, func(x *execution) []byte { return x.round.executor.root }),
	} {
		table = append(table, pair...)
	}
	return table
}

func certifiedDataSet(x *execution, s []uint64) {
	if s[1] > maxCertifiedBytes {
		x.violate(fmt.Sprintf("certified_data_set: at most %d bytes", maxCertifiedBytes))
	}
	x.certified = append([]byte{}, x.read(s[0], s[1])...)
}

func certificatePresent(x *execution, s []uint64) {
	s[0] = 0
	if x.certificate != nil {
		s[0] = 1
	}
}

func (x *execution) mustCertificate() []byte {
	if x.certificate == nil {
		x.violate("data_certificate: there is no certificate")
	}
	return x.certificate
}

// performanceCounter gives the instructions of this execution (0) or of the whole call context (1).
func performanceCounter(x *execution, s []uint64) {
	switch uint32(s[0]) {
	case 0:
		s[0] = x.call.Instructions()
	case 1:
		s[0] = x.earlier + x.call.Instructions()
	default:
		x.violate(fmt.Sprintf("performance_counter: no counter of type %d", uint32(s[0])))
	}
}

func isController(x *execution, s []uint64) {
	id, err := principal.FromBytes(x.read(s[0], s[1]))
	if err != nil {
		x.violate("is_controller: " + err.Error())
	}
	s[0] = 0
	if x.canister.isController(id) {
		s[0] = 1
	}
}

func inReplicatedExecution(x *execution, s []uint64) {
	s[0] = 1
	if x.mode&unreplicated != 0 {
		s[0] = 0
	}
}

// debugPrint adds a line to the canister's log. It never traps, even outside of memory.
func debugPrint(x *execution, s []uint64) {
	size := min(s[1], x.canister.logBytes)
	x.call.Charge(size)
	if line, ok := x.call.Memory().Read(s[0], size); ok {
		x.log = x.log.print(x.round.now, bytes.Clone(line), x.canister.logBytes)
	}
}

func trap(x *execution, s []uint64) {
	text := string(x.read(s[0], s[1]))
	x.log = x.log.print(x.round.now, []byte("[TRAP]: "+text), x.canister.logBytes)
	x.fail(errCalledTrap, "Canister called `ic0.trap` with message: '"+text+"'")
}
