package sites

// What canisters pay on a subnet of 13 nodes, in cycles; on another size by the node (dfinity/ic, subnet configuration; read January
// 2026). 10¹² cycles are 1 XDR.
const (
	feeReception    = 1_200_000 // an ingress message
	feeReceivedByte = 2_000     // of method name and argument
	feeExecution    = 5_000_000 // an update message
	feeInstruction  = 1         // 10 for ten instructions
	pricedNodes     = 13
	cyclesPerXDR    = 1e12
	secondsAMonth   = 30.4375 * 86_400
)

// Earned is what a load burns in cycles, in XDR a month: update calls a second, the bytes of method name and argument of each, and the
// instructions a second that the subnet executes.
func Earned(nodes int, calls float64, bytes int, instructions float64) float64 {
	perSecond := calls*float64(feeReception+feeExecution+bytes*feeReceivedByte) + instructions*feeInstruction
	return perSecond * float64(nodes) / pricedNodes * secondsAMonth / cyclesPerXDR
}
