import Prim "mo:⛔";

// Counts heartbeats, and what its timers did.
persistent actor Clock {
  var beats : Nat = 0;
  var once : Nat = 0;
  var often : Nat = 0;
  transient var recurring : Nat = 0;

  system func heartbeat() : async () { beats += 1 };

  // One timer that goes off once, one that goes off again and again, and one that traps.
  public func start(seconds : Nat64) : async () {
    let delay = seconds * 1_000_000_000;
    ignore Prim.setTimer<system>(delay, false, func() : async () { once += 1 });
    recurring := Prim.setTimer<system>(delay, true, func() : async () { often += 1; await pause(); often += 10 });
    ignore Prim.setTimer<system>(delay, false, func() : async () { once += 100; assert false });
  };

  public func stop() : async () { Prim.cancelTimer(recurring) };

  public func pause() : async () {};

  public query func read() : async { beats : Nat; once : Nat; often : Nat } { { beats; once; often } };
};
