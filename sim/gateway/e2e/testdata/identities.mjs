// Everybody: an identity of each kind.
import { present } from './authenticator.mjs';
import { signedByCanister } from './canister_signature.mjs';

const hour = 3_600_000;

export async function everybody(library, host, first) {
  const { AnonymousIdentity, Ed25519KeyIdentity, Secp256k1KeyIdentity, ECDSAKeyIdentity } = library;
  const webauthn = async kind => (present(kind), await library.WebAuthnIdentity.create());
  return [
    ['anonymous', new AnonymousIdentity()],
    ['Ed25519', Ed25519KeyIdentity.generate()],
    ['secp256k1', Secp256k1KeyIdentity.generate()],
    ['P-256', await ECDSAKeyIdentity.generate()],
    ['WebAuthn by RSA', await used(await webauthn('RSA'))],
    ['WebAuthn by Ed25519', await used(await webauthn('Ed25519'))],
    ['WebAuthn by P-256', await used(await webauthn('P-256'))],
    ['a delegation', await delegated(library, Ed25519KeyIdentity.generate(), await ECDSAKeyIdentity.generate())],
    ['a chain of delegations', await delegated(
      library, Secp256k1KeyIdentity.generate(), await ECDSAKeyIdentity.generate(), Ed25519KeyIdentity.generate())],
    ['a canister', await signedByCanister(library, host, first)],
  ];
}

// used keeps an identity at its authenticator.
async function used(identity) {
  const { credentials } = globalThis.navigator, sign = identity.sign.bind(identity);
  identity.sign = blob => {
    Object.defineProperty(globalThis, 'navigator', { value: { credentials }, configurable: true });
    return sign(blob);
  };
  return identity;
}

// delegated lets the last of some identities sign for the first, link by link.
export async function delegated({ DelegationChain, DelegationIdentity }, root, ...sessions) {
  let chain, from = root;
  for (const to of sessions) {
    chain = await DelegationChain.create(from, to.getPublicKey(), new Date(Date.now() + hour), { previous: chain });
    from = to;
  }
  return DelegationIdentity.fromDelegation(from, chain);
}
