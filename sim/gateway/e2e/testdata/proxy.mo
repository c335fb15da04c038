// Calls others on behalf of icp, which creates and installs canisters through such a canister on networks other than mainnet.
import Prim "mo:⛔";

persistent actor Proxy {
  type Call = { canister_id : Principal; method : Text; args : Blob; cycles : Nat };
  type Result = { #Ok : { result : Blob }; #Err : { #CallFailed : { reason : Text } } };

  public func proxy(call : Call) : async Result {
    try {
      let result = await (with cycles = call.cycles) Prim.call_raw(call.canister_id, call.method, call.args);
      #Ok { result };
    } catch e { #Err(#CallFailed { reason = Prim.errorMessage e }) };
  };
};
