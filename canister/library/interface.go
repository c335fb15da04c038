package library

// Interface describes a canister of the library in Candid. It is empty where a method takes arguments of several types, which
// Candid has no words for.
func Interface(name string) string {
	switch name {
	case "counter":
		return "service : { inc : () -> (nat64); set : (nat64) -> (); get : () -> (nat64) query }"
	case "fetcher":
		return `type response = record { status : nat; headers : vec record { name : text; value : text }; body : blob };
			service : {
				fetch : (text) -> (nat, text);
				transform : (record { response : response; context : blob }) -> (response) query;
			}`
	}
	return ""
}
