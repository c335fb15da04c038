persistent actor Counter {
  var value : Nat = 0;

  public func inc() : async Nat { value += 1; value };
  public func set(n : Nat) : async () { value := n };
  public func fail() : async () { value += 100; assert false };
  public query func get() : async Nat { value };
};
