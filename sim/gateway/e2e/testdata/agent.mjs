// node agent.mjs URL '[{"subnet":"…","first":"…"}, …]': @dfinity/agent, of the years before @icp-sdk/core, against a network.
import * as agent from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import * as identity from '@dfinity/identity';
import { Secp256k1KeyIdentity } from '@dfinity/identity-secp256k1';
import { Principal } from '@dfinity/principal';
import { converseEverywhere } from './conversation.mjs';

// Its WebAuthnIdentity sends the whole memory that a Buffer is a part of. In browsers, for which it is made, that is the Buffer; here it
// is Node's pool, unless there is none.
Buffer.poolSize = 0;

await converseEverywhere({ ...agent, ...identity, IDL, Principal, Secp256k1KeyIdentity });
