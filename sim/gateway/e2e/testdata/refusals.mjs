// What a network must not take from anybody.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Developer, step } from './developer.mjs';
import * as interfaces from './interfaces.mjs';
import { eventually } from './persistent.mjs';

export async function refusals(library, host, first) {
  const { DelegationChain, DelegationIdentity, Ed25519KeyIdentity, Principal } = library;
  const owner = Ed25519KeyIdentity.generate(), session = Ed25519KeyIdentity.generate();
  const developer = await Developer.create(library, host, owner);
  const id = await developer.make(first);
  await developer.install(id, readFileSync('visitor-32.wasm'));

  const as = async identity => (await Developer.create(library, host, identity)).canister(id, interfaces.visitor);
  const refused = async (what, identity, pattern) => {
    const visitor = await as(identity);
    await assert.rejects(visitor.visit(), pattern, what);
    await assert.rejects(visitor.whoami(), pattern, what);
  };
  const delegated = async (until, targets) => DelegationIdentity.fromDelegation(
    session, await DelegationChain.create(owner, session.getPublicKey(), new Date(until), { targets }));
  const soon = Date.now() + 600_000;

  const forger = Ed25519KeyIdentity.generate(), sign = forger.sign.bind(forger);
  forger.sign = async blob => {
    const signature = new Uint8Array(await sign(blob));
    signature[10] ^= 1;
    return signature;
  };
  await refused('a wrong signature', forger, /[Ii]nvalid signature|signature could not be verified/);
  const impostor = Ed25519KeyIdentity.generate();
  impostor.getPrincipal = () => owner.getPrincipal();
  await refused('a signature by somebody else', impostor, /does not match/);
  await refused('a delegation that has expired', await delegated(Date.now() - 600_000), /expired|expiry/);
  await refused('a delegation for another canister', await delegated(soon, [Principal.from(first)]), /target/i);
  assert.equal((await (await as(await delegated(soon, [id]))).visit()).by.toText(), owner.getPrincipal().toText());
  await eventually(library, async () => assert.equal(await (await as(owner)).count(), 1n, 'one visit was good'));
  step('forged, expired and foreign signatures are refused');
}
