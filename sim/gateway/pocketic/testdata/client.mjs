// node client.mjs DIRECTORY URL|BINARY LIBRARY: what test suites of @dfinity/pic do, against the server at the URL or the one that the binary
// starts. The directory has the package, and modules that make e2e compiled from canister/e2e/testdata.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [directory, at, library] = process.argv.slice(2);
const require = createRequire(resolve(directory, 'package.json'));
const { PocketIc, PocketIcServer, SubnetStateType, createIdentity, generateRandomIdentity } = require('@dfinity/pic');
const { Principal } = require('@icp-sdk/core/principal');
const { HttpAgent, Actor } = require('@icp-sdk/core/agent');
const { IDL } = require('@icp-sdk/core/candid');

const wasm = name => resolve(directory, `${name}.wasm`);
const subnet = { state: { type: SubnetStateType.New } };
const counter = ({ IDL }) => IDL.Service({
  inc: IDL.Func([], [IDL.Nat], []), set: IDL.Func([IDL.Nat], [], []),
  fail: IDL.Func([], [], []), get: IDL.Func([], [IDL.Nat], ['query']),
});
const clock = ({ IDL }) => IDL.Service({
  start: IDL.Func([IDL.Nat64], [], []),
  read: IDL.Func([], [IDL.Record({ beats: IDL.Nat, once: IDL.Nat, often: IDL.Nat })], ['query']),
});
const notes = ({ IDL }) => {
  const Notes = IDL.Rec();
  Notes.fill(IDL.Opt(IDL.Record({ text: IDL.Text, size: IDL.Nat, next: Notes })));
  return IDL.Service({
    add: IDL.Func([IDL.Text], [IDL.Nat], []),
    all: IDL.Func([], [IDL.Record({ notes: Notes, sum: IDL.Nat, calls: IDL.Nat, version: IDL.Nat })], ['query']),
  });
};
const awaiter = ({ IDL }) => IDL.Service({
  inTurn: IDL.Func([IDL.Text], [IDL.Nat], []), catches: IDL.Func([IDL.Text], [IDL.Text], []),
});

const suites = {
  async counter(pic) {
    const { actor, canisterId } = await pic.setupCanister({ idlFactory: counter, wasm: wasm('counter-64') });
    assert.equal(canisterId.toText(), 'lxzze-o7777-77777-aaaaa-cai');
    assert.equal(await actor.get(), 0n);
    assert.equal(await actor.inc(), 1n);
    await actor.set(41n);
    assert.equal(await actor.inc(), 42n);
    assert.equal(await actor.get(), 42n);
    await assert.rejects(actor.fail(), /assertion failed/);
    assert.equal(await actor.get(), 42n, 'a call that failed leaves no trace');
    await Promise.all([actor.inc(), actor.inc(), actor.inc()]);
    assert.equal(await actor.get(), 45n);
  },

  async classicMotoko(pic) {
    const { actor } = await pic.setupCanister({ idlFactory: counter, wasm: wasm('counter-32') });
    assert.equal(await actor.inc(), 1n);
  },

  async identities(pic) {
    const alice = createIdentity('alice'), bob = generateRandomIdentity();
    const canisterId = await pic.createCanister({ sender: alice.getPrincipal(), controllers: [alice.getPrincipal(), bob.getPrincipal()] });
    await pic.installCode({ canisterId, wasm: wasm('counter-64'), sender: bob.getPrincipal() });
    const controllers = await pic.getControllers(canisterId);
    assert.deepEqual(controllers.map(String).sort(), [alice, bob].map(i => i.getPrincipal().toText()).sort());
    await assert.rejects(pic.reinstallCode({ canisterId, wasm: wasm('counter-64') }), /CanisterReject|CanisterInvalidController/);
    await pic.stopCanister({ canisterId, sender: alice.getPrincipal() });
    const actor = pic.createActor(counter, canisterId);
    await assert.rejects(actor.inc(), /CanisterStopped/);
    const status = await pic.canisterStatus({ canisterId, sender: alice.getPrincipal() });
    assert.deepEqual(status.status, { stopped: null });
    await pic.startCanister({ canisterId, sender: alice.getPrincipal() });
    actor.setIdentity(bob);
    assert.equal(await actor.inc(), 1n);
  },

  async upgrades(pic) {
    const { actor, canisterId } = await pic.setupCanister({ idlFactory: notes, wasm: wasm('notes-64') });
    await actor.add('one');
    await pic.upgradeCanister({
      canisterId, wasm: wasm('notes-next-64'), arg: IDL.encode([], []),
      upgradeModeOptions: { skip_pre_upgrade: [], wasm_memory_persistence: [{ keep: null }] },
    });
    const { notes: [newest], version, calls } = await actor.all();
    assert.deepEqual([newest.text, version, calls], ['one', 2n, 0n]);
    await pic.reinstallCode({ canisterId, wasm: wasm('notes-64') });
    assert.deepEqual((await actor.all()).notes, []);
  },

  async timeTravel(pic) {
    assert.equal(await pic.getTime(), 1620328630000, 'where PocketIC begins');
    const { actor } = await pic.setupCanister({ idlFactory: clock, wasm: wasm('clock-64') });
    await actor.start(3600n);
    await pic.tick(2);
    assert.equal((await actor.read()).once, 0n);
    const before = await pic.getTime();
    await pic.advanceTime(3600_000);
    assert.equal(await pic.getTime(), before + 3600_000);
    await pic.tick(3);
    const { once, often, beats } = await actor.read();
    assert.deepEqual([once, often], [1n, 11n]);
    assert.ok(beats > 5n, 'a heartbeat each round');
    const now = new Date('2030-01-01T00:00:00Z');
    await pic.setTime(now);
    assert.equal(await pic.getTime(), now.getTime());
    await assert.rejects(pic.setTime(now.getTime() - 1), /cannot go back/);
    await pic.setCertifiedTime(now.getTime() + 1000);
    await pic.tick(2);
    assert.equal(await pic.getTime(), now.getTime() + 1000);
  },

  async cycles(pic) {
    const { actor, canisterId } = await pic.setupCanister({ idlFactory: counter, wasm: wasm('counter-64'), cycles: 10_000_000_000_000n });
    const before = BigInt(await pic.getCyclesBalance(canisterId));
    assert.ok(before <= 10_000_000_000_000n && before > 9_000_000_000_000n);
    const amount = 123_456_789_012_345_678_901n;
    const after = BigInt(await pic.addCycles(canisterId, amount));
    assert.ok(after > amount && after <= before + amount, `${after}: a big number, to the last digit`);
    const held = BigInt(await pic.getCyclesBalance(canisterId));
    await actor.inc();
    assert.ok(BigInt(await pic.getCyclesBalance(canisterId)) < held, 'calls cost');
  },

  async deferredCalls(pic) {
    const { canisterId } = await pic.setupCanister({ idlFactory: counter, wasm: wasm('counter-64') });
    const deferred = pic.createDeferredActor(counter, canisterId);
    const answers = [await deferred.inc(), await deferred.inc()];
    await pic.tick();
    const values = [await answers[0](), await answers[1]()];
    assert.deepEqual(values.sort(), [1n, 2n]);
  },

  async stableMemory(pic) {
    const { actor, canisterId } = await pic.setupCanister({ idlFactory: counter, wasm: wasm('counter-64') });
    await actor.inc();
    const page = new Uint8Array(65536).fill(7);
    await pic.setStableMemory(canisterId, page);
    assert.deepEqual(new Uint8Array(await pic.getStableMemory(canisterId)), page);
    assert.equal(await actor.inc(), 2n, 'what is in main memory stays');
  },

  async outcalls(pic) {
    const fetcher = ({ IDL }) => IDL.Service({ fetch: IDL.Func([IDL.Text], [IDL.Nat, IDL.Text], []) });
    const arg = IDL.encode([IDL.Text, IDL.Record({})], ['fetcher', {}]); // in a module so large that it comes by chunks
    const { canisterId } = await pic.setupCanister({ idlFactory: fetcher, wasm: library, arg });
    const deferred = pic.createDeferredActor(fetcher, canisterId);
    const answer = await deferred.fetch('https://example.com/');
    await pic.tick(2);
    const [pending] = await pic.getPendingHttpsOutcalls();
    assert.deepEqual([pending.url, pending.httpMethod], ['https://example.com/', 'GET']);
    await pic.mockPendingHttpsOutcall({
      requestId: pending.requestId, subnetId: pending.subnetId,
      response: { type: 'success', body: new TextEncoder().encode('forty-two'), statusCode: 200, headers: [] },
    });
    assert.deepEqual(await answer(), [200n, 'forty-two']);
  },

  async httpGateway(pic) {
    const { canisterId } = await pic.setupCanister({ idlFactory: counter, wasm: wasm('counter-64') });
    const url = `http://127.0.0.1:${await pic.makeLive()}`;
    const agent = await HttpAgent.create({ host: url, identity: createIdentity('agent'), shouldFetchRootKey: true });
    const actor = Actor.createActor(counter, { agent, canisterId });
    assert.equal(await actor.inc(), 1n, 'the agent verifies the certificate');
    assert.equal(await actor.get(), 1n, 'and the signature of the query');
    assert.equal(await pic.createActor(counter, canisterId).inc(), 2n);
    assert.ok(Math.abs((await pic.getTime()) - Date.now()) < 60_000, 'time is real');
    await pic.stopLive();
    assert.equal(await pic.createActor(counter, canisterId).inc(), 3n);
  },

  async manySubnets(_, url) {
    const pic = await PocketIc.create(url, {
      nns: subnet, ii: subnet, sns: subnet, fiduciary: subnet, bitcoin: subnet, system: [subnet], application: [subnet, subnet],
    });
    const subnets = await pic.getTopology();
    assert.deepEqual(subnets.map(s => s.type).sort(), ['Application', 'Application', 'Bitcoin', 'Fiduciary', 'II', 'NNS', 'SNS', 'System']);
    const [first, second] = await pic.getApplicationSubnets();
    const governance = Principal.fromText('rrkah-fqaaa-aaaaa-aaaaq-cai');
    const fixture = await pic.setupCanister({ idlFactory: counter, wasm: wasm('counter-64'), targetCanisterId: governance });
    assert.equal(fixture.canisterId.toText(), governance.toText());
    const nns = await pic.getNnsSubnet();
    assert.equal((await pic.getCanisterSubnetId(governance)).toText(), nns.id.toText());
    assert.equal(await pic.getCanisterSubnetId(Principal.fromText('rwlgt-iiaaa-aaaaa-aaaaa-cai')), null, 'it does not exist');
    assert.equal((await pic.getPubKey(first.id)).length, 133);
    const near = await pic.setupCanister({ idlFactory: awaiter, wasm: wasm('awaiter-64'), targetSubnetId: first.id });
    const far = await pic.setupCanister({ idlFactory: counter, wasm: wasm('counter-64'), targetSubnetId: second.id });
    assert.equal((await pic.getCanisterSubnetId(near.canisterId)).toText(), first.id.toText());
    assert.equal((await pic.getCanisterSubnetId(far.canisterId)).toText(), second.id.toText());
    assert.equal(await near.actor.inTurn(far.canisterId.toText()), 1002n, 'calls between subnets');
    assert.match(await near.actor.catches(far.canisterId.toText()), /assertion failed/);
    await pic.tearDown();
  },

  async unsupported(_, url) {
    await assert.rejects(PocketIc.create(url, { application: [{ state: { type: SubnetStateType.FromPath, path: '/' } }] }),
      /icsim does not support state_config/);
  },
};

const server = at.startsWith('http') ? undefined : await PocketIcServer.start({ binPath: at });
const url = server ? server.getUrl() : at;
for (const [name, suite] of Object.entries(suites)) {
  const began = Date.now();
  const pic = suite.length === 1 ? await PocketIc.create(url) : undefined;
  await suite(pic, url);
  await pic?.tearDown();
  console.log(`ok ${name} ${Date.now() - began} ms`);
}
await server?.stop();
process.exit(0);
