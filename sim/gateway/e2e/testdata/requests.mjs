// node requests.mjs URL '[{"first":"…"}, …]' COUNT: sends so many requests of all kinds, many at once, good and bad ones.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as agent from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { Principal } from '@icp-sdk/core/principal';
import { Developer, step } from './developer.mjs';
import * as interfaces from './interfaces.mjs';

const host = process.argv[2], subnets = JSON.parse(process.argv[3]), count = Number(process.argv[4]);
const junk = { 'Content-Type': 'application/cbor' };
let sent = 0;
globalThis.fetch = (fetch => (...request) => (sent++, fetch(...request)))(globalThis.fetch);

const visitors = await Promise.all(subnets.map(async ({ first }) => {
  const developer = await Developer.create({ ...agent, IDL, Principal }, host, Ed25519KeyIdentity.generate());
  const id = await developer.make(first);
  await developer.install(id, readFileSync('visitor-32.wasm'));
  return { developer, id, ...developer.canister(id, interfaces.visitor) };
}));
for (let round = 0; sent < count; round++) {
  await Promise.all(visitors.flatMap(v => [
    v.visit(), v.visit(), v.count(), v.whoami(),
    assert.rejects(v.stumble()), assert.rejects(v.doubt()), assert.rejects(v.absent()), assert.rejects(v.locked()),
    v.developer.agent.readState({ canisterId: v.id }, { paths: [[new TextEncoder().encode('time')]] }),
    fetch(`${host}/api/v3/canister/${v.id.toText()}/query`, { method: 'POST', headers: junk, body: 'junk' }),
  ]));
}
step(`${sent} requests`);
