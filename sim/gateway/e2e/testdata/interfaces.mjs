// The interfaces of the canisters that the tests call.

export const visit = ({ IDL }) => IDL.Record({ visits: IDL.Nat, by: IDL.Principal });

export const visitor = ({ IDL }) => IDL.Service({
  visit: IDL.Func([], [visit({ IDL })], []),
  stumble: IDL.Func([], [], []),
  locked: IDL.Func([], [], []),
  count: IDL.Func([], [IDL.Nat], ['query']),
  whoami: IDL.Func([], [IDL.Principal], ['query']),
  doubt: IDL.Func([], [], ['query']),
  missing: IDL.Func([], [], []), // the canister has none of these
  absent: IDL.Func([], [], ['query']),
});

export const hello = ({ IDL }) => IDL.Service({
  greet: IDL.Func([IDL.Text], [IDL.Text], []),
  visits: IDL.Func([], [IDL.Nat64], ['query']),
});

export const signer = ({ IDL }) => IDL.Service({
  prepare: IDL.Func([IDL.Vec(IDL.Nat8), IDL.Vec(IDL.Nat8)], [], []),
  signature: IDL.Func([], [IDL.Vec(IDL.Nat8)], ['query']),
});

export const management = ({ IDL }) => {
  const about = { canister_id: IDL.Principal };
  const version = { sender_canister_version: IDL.Opt(IDL.Nat64) };
  const status = IDL.Variant({ running: IDL.Null, stopping: IDL.Null, stopped: IDL.Null });
  return IDL.Service({
    provisional_create_canister_with_cycles: IDL.Func([IDL.Record({ amount: IDL.Opt(IDL.Nat), ...version })], [IDL.Record(about)], []),
    install_code: IDL.Func([IDL.Record({
      mode: IDL.Variant({ install: IDL.Null, reinstall: IDL.Null, upgrade: IDL.Opt(IDL.Record({ skip_pre_upgrade: IDL.Opt(IDL.Bool) })) }),
      wasm_module: IDL.Vec(IDL.Nat8), arg: IDL.Vec(IDL.Nat8), ...about, ...version,
    })], [], []),
    canister_status: IDL.Func([IDL.Record(about)], [IDL.Record({ status, module_hash: IDL.Opt(IDL.Vec(IDL.Nat8)), cycles: IDL.Nat })], []),
    stop_canister: IDL.Func([IDL.Record(about)], [], []),
    delete_canister: IDL.Func([IDL.Record(about)], [], []),
  });
};
