// node core.mjs URL '[{"subnet":"…","first":"…"}, …]': @icp-sdk/core against a network.
import * as agent from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import * as identity from '@icp-sdk/core/identity';
import { Secp256k1KeyIdentity } from '@icp-sdk/core/identity/secp256k1';
import { Principal } from '@icp-sdk/core/principal';
import { converseEverywhere } from './conversation.mjs';

await converseEverywhere({ ...agent, ...identity, IDL, Principal, Secp256k1KeyIdentity });
