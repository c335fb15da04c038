// The next version of notes.mo: it has another variable and method.
persistent actor Notes {
  type Notes = ?{ text : Text; size : Nat; next : Notes };

  var notes : Notes = null;
  var sum : Nat = 0;
  var erased : Nat = 0;
  transient var calls : Nat = 0;

  public func add(text : Text) : async Nat {
    calls += 1;
    notes := ?{ text; size = text.size(); next = notes };
    sum += text.size();
    sum;
  };

  public func erase() : async Nat {
    ignore do ? { notes := notes!.next; erased += 1 };
    erased;
  };

  public query func all() : async { notes : Notes; sum : Nat; calls : Nat; version : Nat } {
    { notes; sum; calls; version = 2 };
  };
};
