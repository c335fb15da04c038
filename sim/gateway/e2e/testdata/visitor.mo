// Counts visits over upgrades, and says who came.
persistent actor Visitor {
  var visits : Nat = 0;

  public shared ({ caller }) func visit() : async { visits : Nat; by : Principal } {
    visits += 1;
    { visits; by = caller };
  };

  public func stumble() : async () { visits += 100; assert false };
  public func locked() : async () {};

  public query func count() : async Nat { visits };
  public shared query ({ caller }) func whoami() : async Principal { caller };
  public query func doubt() : async () { assert false };

  system func inspect({ msg : { #visit : () -> (); #stumble : () -> (); #locked : () -> (); #count : () -> (); #whoami : () -> (); #doubt : () -> () } }) : Bool {
    switch msg { case (#locked _) false; case _ true };
  };
};
