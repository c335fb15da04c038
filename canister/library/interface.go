package library

// Interface describes a canister of the library in Candid. It is empty where a method takes arguments of several types, which
// Candid has no words for.
func Interface(name string) string {
	if name == "counter" {
		return "service : { inc : () -> (nat64); set : (nat64) -> (); get : () -> (nat64) query }"
	}
	return ""
}
