// A subnet with corrupt nodes, each of which a library of agents has to see through: what a node falsifies, drops or shows again is never
// taken for true, and with some patience everything is done.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Developer, step } from './developer.mjs';
import * as interfaces from './interfaces.mjs';

const detected = { 'a false answer to a query': 0, 'a call that was dropped': 0, 'a certificate that is stale': 0 };

// A call that was acknowledged and of which nothing is heard for some seconds counts as dropped: the default is five minutes.
const acknowledged = new Map();
async function impatient(_target, requestId) {
  const call = Buffer.from(requestId).toString('hex');
  acknowledged.set(call, acknowledged.get(call) ?? Date.now());
  if (Date.now() - acknowledged.get(call) > 5_000) {
    detected['a call that was dropped']++;
    throw new Error('nothing is heard of the call');
  }
  await sleep(250);
}

// seeThrough uses the last of the subnets that the command line names. ways are those in which libraries differ: how they report a false
// answer and a stale certificate, how actors are told to poll by a strategy, and how a canister's state is asked for.
export async function seeThrough(library, ways) {
  const host = process.argv[2], { first } = JSON.parse(process.argv[3]).at(-1);

  // until tries again after what corrupt nodes can do: nothing else may go wrong.
  async function until(action) {
    for (let tries = 1; ; tries++) {
      try {
        return await action();
      } catch (e) {
        if (ways.falseAnswer(e)) {
          detected['a false answer to a query']++;
        } else if (!/nothing is heard|504/.test(e.message) || tries === 10) {
          throw e;
        }
      }
    }
  }

  const developer = await Developer.create(library, host, library.Ed25519KeyIdentity.generate());
  developer.config = ways.polling(impatient);
  const id = await until(() => developer.make(first));
  await until(() => developer.install(id, readFileSync('visitor-32.wasm'), { reinstall: null }));
  const visitor = developer.canister(id, interfaces.visitor);
  step(`a canister is made on a subnet with corrupt nodes: ${id.toText()}`);

  for (let rounds = 0; detected['a call that was dropped'] === 0; rounds++) {
    assert.ok(rounds < 20, 'no call was dropped');
    const visits = await Promise.all(Array.from({ length: 20 }, () => until(() => visitor.visit())));
    assert.equal(new Set(visits.map(v => v.visits)).size, visits.length, 'two visits are one');
  }
  step('calls that a node dropped are made again');

  await sleep(1_000);
  const { visits } = await until(() => visitor.visit());
  for (let asked = 0; asked < 60 || detected['a false answer to a query'] === 0; asked++) {
    assert.ok(asked < 1_000, 'no query was answered falsely');
    assert.equal(await until(() => visitor.count()), visits, 'a false answer was believed');
  }
  step('falsified answers to queries are refused');

  // Certificates are good for five minutes unless whoever asks says less.
  const path = [new TextEncoder().encode('time')], maxAgeInMinutes = 0.25;
  const about = { canisterId: id, principal: { canisterId: id } }; // as older and as newer libraries want it
  for (let read = 0; read < 30 || detected['a certificate that is stale'] === 0; read++) {
    assert.ok(read < 400, 'no certificate was stale');
    const { certificate } = await developer.agent.readState(ways.stateOf(id), { paths: [path] });
    try {
      await library.Certificate.create({ ...about, certificate, rootKey: developer.agent.rootKey, maxAgeInMinutes });
    } catch (e) {
      assert.ok(ways.stale(e), e);
      detected['a certificate that is stale']++;
    }
    await sleep(100);
  }
  step('stale certificates are refused');
  for (const [what, times] of Object.entries(detected)) {
    assert.ok(times > 0, what);
    step(`${what}: seen ${times} times`);
  }
}
