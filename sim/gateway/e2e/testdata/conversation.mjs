// What somebody does with canisters by a library of agents, whose verification of certificates and of queries' signatures is on, as it
// is by default. Each step asserts what is seen.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { everybody } from './identities.mjs';
import * as interfaces from './interfaces.mjs';
import { eventually } from './persistent.mjs';
import { refusals } from './refusals.mjs';
import { Developer, step } from './developer.mjs';

// converseEverywhere talks with each subnet that the command line names.
export async function converseEverywhere(library) {
  const [host, subnets] = [process.argv[2], JSON.parse(process.argv[3])];
  for (const { subnet, first } of subnets) {
    step(`subnet ${subnet}`);
    const identities = await everybody(library, host, first);
    await converse(library, host, subnet, first, library.Ed25519KeyIdentity.generate(), identities);
    await refusals(library, host, first);
  }
}

// converse does on a subnet what developers and users do. first is the subnet's first canister id.
async function converse(library, host, subnet, first, developerIdentity, identities) {
  const { CanisterStatus } = library;
  const module = readFileSync('visitor-32.wasm'), go = readFileSync('hello.wasm.gz');
  const developer = await Developer.create(library, host, developerIdentity);
  const id = await developer.make(first);
  await developer.install(id, module);
  step(`a canister of Motoko is ${id.toText()}`);
  const visitor = developer.canister(id, interfaces.visitor);
  const count = expected => eventually(library, async () => assert.equal(await visitor.count(), expected));

  const me = developerIdentity.getPrincipal().toText();
  const visit = await visitor.visit();
  assert.deepEqual([visit.visits, visit.by.toText()], [1n, me]);
  await count(1n);
  await eventually(library, async () => assert.equal((await visitor.whoami()).toText(), me));
  step('it is called and queried');

  await assert.rejects(visitor.stumble(), /assertion failed/);
  await eventually(library, () => assert.rejects(visitor.doubt(), /assertion failed/));
  await eventually(library, () => assert.rejects(visitor.absent(), /has no query method/));
  await assert.rejects(visitor.missing(), /refused message/, 'canister_inspect_message knows no such method');
  await assert.rejects(visitor.locked(), /refused message/);
  await count(1n); // what traps leaves no trace
  step('what it rejects is rejected');

  await developer.install(id, module, { upgrade: [] });
  await count(1n);
  assert.equal((await visitor.visit()).visits, 2n);
  await developer.install(id, module, { reinstall: null });
  await count(0n);
  step('it is upgraded with its memory, and reinstalled without');

  await eventually(library, async () => {
    const state = await CanisterStatus.request({
      canisterId: id, agent: developer.agent, paths: ['time', 'controllers', 'module_hash', 'candid', 'subnet'],
    });
    assert.deepEqual(state.get('controllers').map(c => c.toText()), [me]);
    assert.equal(state.get('module_hash'), createHash('sha256').update(module).digest('hex'));
    assert.match(state.get('candid'), /whoami/);
    assert.equal(state.get('subnet').subnetId, subnet);
    assert.equal(state.get('subnet').nodeKeys.size, 4);
    assert.ok(Math.abs(state.get('time').getTime() - Date.now()) < 60_000, `the network's time is ${state.get('time')}`);
  });
  step('its state is read');

  const other = await developer.make(first);
  await developer.install(other, go);
  const hello = developer.canister(other, interfaces.hello);
  assert.equal(await hello.greet('agent'), 'Hello, agent!');
  await eventually(library, async () => assert.equal(await hello.visits(), 1n));
  const management = developer.management(other);
  const status = await management.canister_status({ canister_id: other });
  assert.deepEqual(status.status, { running: null });
  assert.ok(status.cycles > 0n);
  await management.stop_canister({ canister_id: other });
  await assert.rejects(hello.greet('agent'), /IC0508|stopped/);
  await management.delete_canister({ canister_id: other });
  await eventually(library, () => assert.rejects(hello.visits(), /IC0301|not found/));
  step('a canister of Go is made, called, stopped and deleted');

  await Promise.all(identities.map(async ([name, identity]) => {
    const agent = await introduce(library, host, id, name, identity);
    if (/Ed25519|chain/.test(name)) {
      await poll(library, agent, id, identity);
    }
  }));
  const stranger = await Developer.create(library, host, identities[0][1]);
  await assert.rejects(stranger.install(id, module, { reinstall: null }), /IC0512|controller/);
  step('who is no controller does not control');
}

// introduce lets somebody call and query.
async function introduce(library, host, id, name, identity) {
  const visitor = await Developer.create(library, host, identity);
  const actor = visitor.canister(id, interfaces.visitor), who = identity.getPrincipal().toText();
  assert.equal((await actor.visit()).by.toText(), who);
  await eventually(library, async () => assert.equal((await actor.whoami()).toText(), who));
  step(`${name} is known as ${who}`);
  return visitor.agent;
}

// poll calls as agents did before synchronous calls: it sends, and reads the state until there is a reply.
async function poll(library, agent, id, identity) {
  const call = { methodName: 'visit', arg: library.IDL.encode([], []), effectiveCanisterId: id, callSync: false };
  const { requestId, response } = await agent.call(id, call);
  assert.equal(response.status, 202);
  const { reply } = await library.polling.pollForResponse(agent, id, requestId);
  const [visit] = library.IDL.decode([interfaces.visit(library)], reply);
  assert.equal(visit.by.toText(), identity.getPrincipal().toText());
  step('a call is sent, and its outcome read from the state');
}
