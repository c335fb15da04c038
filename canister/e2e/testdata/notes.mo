// Keeps notes over upgrades. What is transient begins anew.
persistent actor Notes {
  type Notes = ?{ text : Text; size : Nat; next : Notes };

  var notes : Notes = null;
  var sum : Nat = 2 ** 100;
  transient var calls : Nat = 0;

  public func add(text : Text) : async Nat {
    calls += 1;
    notes := ?{ text; size = text.size(); next = notes };
    sum += text.size();
    sum;
  };

  public query func all() : async { notes : Notes; sum : Nat; calls : Nat; version : Nat } {
    { notes; sum; calls; version = 1 };
  };
};
