// node agent.mjs URL '[{"subnet":"…","first":"…"}, …]': @dfinity/agent, of the years before @icp-sdk/core, against a network.
import * as agent from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import * as identity from '@dfinity/identity';
import { Secp256k1KeyIdentity } from '@dfinity/identity-secp256k1';
import { Principal } from '@dfinity/principal';
import { converseEverywhere } from './conversation.mjs';

await converseEverywhere({ ...agent, ...identity, IDL, Principal, Secp256k1KeyIdentity });
