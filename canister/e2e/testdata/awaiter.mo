import Prim "mo:⛔";

persistent actor Awaiter {
  type Counter = actor { inc : () -> async Nat; fail : () -> async () };

  var steps : Nat = 0;

  public query func get() : async Nat { steps };

  public func inTurn(id : Text) : async Nat {
    let counter : Counter = actor (id);
    let a = await counter.inc();
    steps += 1;
    a * 1000 + (await counter.inc());
  };

  public func together(id : Text) : async Nat {
    let counter : Counter = actor (id);
    let a = counter.inc();
    let b = counter.inc();
    (await b) * 1000 + (await a);
  };

  public func catches(id : Text) : async Text {
    let counter : Counter = actor (id);
    try { await counter.fail(); "nothing" } catch (e) { Prim.errorMessage(e) };
  };

  public func breaks(id : Text) : async () {
    let counter : Counter = actor (id);
    steps += 10;
    ignore await counter.inc();
    steps += 100;
    assert false;
  };

  public func tidies(id : Text) : async () {
    let counter : Counter = actor (id);
    try { ignore await counter.inc(); steps += 100; assert false } finally { steps += 1000 };
  };
};
