// Has an account at the ICP ledger and pays from it.
persistent actor class Customer(ledger : Principal) {
  type Tokens = { e8s : Nat64 };
  type Time = { timestamp_nanos : Nat64 };
  type Result = { #Ok : Nat64; #Err : { #InsufficientFunds : { balance : Tokens }; #BadFee : { expected_fee : Tokens } } };
  type Ledger = actor {
    transfer : { memo : Nat64; amount : Tokens; fee : Tokens; from_subaccount : ?Blob; to : Blob; created_at_time : ?Time } -> async Result;
  };

  var paid : Nat64 = 0;

  // The block of the payment; what is not there is not paid.
  public func pay(e8s : Nat64, to : Blob) : async ?Nat64 {
    let bank : Ledger = actor (debug_show ledger);
    let fee = { e8s = 10_000 : Nat64 };
    let payment = { memo = 1 : Nat64; amount = { e8s }; fee; from_subaccount = null; to; created_at_time = null };
    switch (await bank.transfer(payment)) {
      case (#Ok block) { paid += e8s; ?block };
      case (#Err _) { null };
    };
  };

  public query func total() : async Nat64 { paid };
};
