// node core.mjs URL '[{"subnet":"…","first":"…"}, …]' [persistent]: @icp-sdk/core against a network, one with faults perhaps.
import * as agent from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import * as identity from '@icp-sdk/core/identity';
import { Secp256k1KeyIdentity } from '@icp-sdk/core/identity/secp256k1';
import { Principal } from '@icp-sdk/core/principal';
import { converseEverywhere } from './conversation.mjs';
import { persistent } from './persistent.mjs';

const bearing = process.argv[4] === 'persistent' ? { fetch: persistent, patience: 60_000 } : {};
await converseEverywhere({ ...agent, ...identity, IDL, Principal, Secp256k1KeyIdentity, ...bearing });
