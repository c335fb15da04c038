// No version of notes.mo: what it calls notes are numbers.
persistent actor Notes {
  var notes : Nat = 0;

  public query func all() : async Nat { notes };
};
