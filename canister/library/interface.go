package library

// Interface describes a canister of the library in Candid. It is empty where a method takes arguments of several types, which
// Candid has no words for.
func Interface(name string) string {
	switch name {
	case "counter":
		return "service : { inc : () -> (nat64); set : (nat64) -> (); get : () -> (nat64) query }"
	case "migration":
		return `service : {
			migrate_canister : (record {
				source : principal; source_subnet : principal; target : principal; target_subnet : principal; registry_version : nat64;
			}) -> ();
			migration_status : (principal) -> (text) query;
			copy_canister : (record { source : principal; target : principal }) -> ();
		}`
	case "signer":
		return "service : { sign : (text, text) -> (blob, blob) }"
	case "site":
		return siteInterface
	case "fetcher":
		return `type response = record { status : nat; headers : vec record { name : text; value : text }; body : blob };
			service : {
				fetch : (text) -> (nat, text);
				transform : (record { response : response; context : blob }) -> (response) query;
			}`
	}
	return ""
}

// siteInterface is that of the HTTP gateway protocol (reference/interface.md D.7).
const siteInterface = `
type Header = record { text; text };
type Token = record { part : nat64 };
type Request = record { method : text; url : text; headers : vec Header; body : blob; certificate_version : opt nat16 };
type UpdateRequest = record { method : text; url : text; headers : vec Header; body : blob };
type Part = record { body : blob; token : opt Token };
type Response = record {
  status_code : nat16; headers : vec Header; body : blob; upgrade : opt bool;
  streaming_strategy : opt variant { Callback : record { callback : func (Token) -> (Part) query; token : Token } };
};
service : {
  http_request : (Request) -> (Response) query;
  http_request_update : (UpdateRequest) -> (Response);
  http_request_streaming_callback : (Token) -> (Part) query;
}`
