// An authenticator such as phones and security keys have: navigator.credentials, with keys of node:crypto in place of a chip's.
// Web Authentication, Level 3, section 6 (data) and 8.7 (no attestation); RFC 9053 (keys in COSE).
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const origin = 'https://example.com';
const sha256 = data => createHash('sha256').update(data).digest();
const hex = text => Buffer.from(text.replaceAll(' ', ''), 'hex');

const kinds = {
  'P-256': {
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    cose: ({ x, y }) => Buffer.concat([hex('a5 0102 0326 2001 215820'), x, hex('225820'), y]),
    sign: (data, key) => sign('sha256', data, key),
  },
  Ed25519: {
    make: () => generateKeyPairSync('ed25519'),
    cose: ({ x }) => Buffer.concat([hex('a4 0101 0327 2006 215820'), x]),
    sign: (data, key) => sign(null, data, key),
  },
  RSA: {
    make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    cose: ({ n, e }) => Buffer.concat([hex('a4 0103 03390100 20590100'), n, hex('2143'), e]),
    sign: (data, key) => sign('sha256', data, key),
  },
};

// authenticator makes one with keys of a kind.
export function authenticator(kind) {
  const keys = new Map();
  const { make, cose, sign } = kinds[kind];
  const data = (flags, ...rest) => Buffer.concat([sha256('example.com'), Buffer.from([flags]), Buffer.alloc(4), ...rest]);
  const client = (type, challenge) =>
    Buffer.from(JSON.stringify({ type, challenge: Buffer.from(challenge).toString('base64url'), origin, crossOrigin: false }));
  return {
    async create({ publicKey: { challenge } }) {
      const id = randomBytes(16), { publicKey, privateKey } = make();
      keys.set(id.toString('hex'), privateKey);
      const jwk = publicKey.export({ format: 'jwk' });
      const parts = Object.fromEntries(Object.entries(jwk).map(([name, value]) => [name, Buffer.from(value, 'base64url')]));
      const made = data(0x45, Buffer.alloc(16), Buffer.from([0, id.length]), id, cose(parts));
      const size = Buffer.from([0x59, made.length >> 8, made.length & 255]);
      return {
        id: id.toString('base64url'), rawId: buffer(id), type: 'public-key', authenticatorAttachment: 'platform',
        getClientExtensionResults: () => ({}), toJSON: () => ({}),
        response: {
          clientDataJSON: buffer(client('webauthn.create', challenge)),
          attestationObject: buffer(Buffer.concat([
            hex('a3 63'), Buffer.from('fmt'), hex('64'), Buffer.from('none'), hex('67'), Buffer.from('attStmt'), hex('a0 68'),
            Buffer.from('authData'), size, made])),
        },
      };
    },
    async get({ publicKey: { challenge, allowCredentials } }) {
      const id = Buffer.from(allowCredentials[0].id), authenticatorData = data(0x05);
      const clientDataJSON = client('webauthn.get', challenge);
      const signature = sign(Buffer.concat([authenticatorData, sha256(clientDataJSON)]), keys.get(id.toString('hex')));
      return {
        authenticatorAttachment: 'platform',
        response: {
          authenticatorData: buffer(authenticatorData), clientDataJSON: buffer(clientDataJSON), signature: buffer(signature),
        },
      };
    },
  };
}

// buffer gives bytes as browsers do.
const buffer = bytes => Uint8Array.from(bytes).buffer;

// present puts an authenticator where libraries look for it.
export function present(kind) {
  Object.defineProperty(globalThis, 'navigator', { value: { credentials: authenticator(kind) }, configurable: true });
}
