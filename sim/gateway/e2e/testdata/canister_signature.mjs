// An identity whose key is a canister's: the canister signs a delegation to a session key, as Internet Identity does.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Developer } from './developer.mjs';
import * as interfaces from './interfaces.mjs';
import { eventually } from './persistent.mjs';

export async function signedByCanister(library, host, first) {
  const { Ed25519KeyIdentity, DelegationChain, DelegationIdentity, Delegation, Principal } = library;
  const developer = await Developer.create(library, host, Ed25519KeyIdentity.generate());
  const id = await developer.make(first);
  await developer.install(id, readFileSync('signer.wasm.gz'));
  const signer = developer.canister(id, interfaces.signer);

  const seed = new TextEncoder().encode('somebody'), session = Ed25519KeyIdentity.generate();
  const key = publicKey(new Uint8Array(id.toUint8Array()), seed);
  const delegation = new Delegation(session.getPublicKey().toDer(), BigInt(Date.now() + 3_600_000) * 1_000_000n);
  const challenge = Buffer.concat([
    Buffer.from('\x1Aic-request-auth-delegation'), Buffer.from(library.requestIdOf({ ...delegation })),
  ]);
  await signer.prepare(seed, createHash('sha256').update(challenge).digest());
  const signature = new Uint8Array(await eventually(library, () => signer.signature()));
  const chain = DelegationChain.fromDelegations([{ delegation, signature }], key);
  return DelegationIdentity.fromDelegation(session, chain);
}

// publicKey is the DER of a canister signature's public key (interface specification, "Canister signatures").
function publicKey(canister, seed) {
  const key = Buffer.concat([Buffer.from([canister.length]), canister, seed]);
  const algorithm = Buffer.from('300c060a2b0601040183b8430102', 'hex');
  const bits = Buffer.concat([Buffer.from([3, key.length + 1, 0]), key]);
  return new Uint8Array(Buffer.concat([Buffer.from([0x30, algorithm.length + bits.length]), algorithm, bits]));
}
