// node proxy.mjs URL FIRST: makes the canister through which icp makes others, on the subnet that hosts the id FIRST. Prints its id.
import { readFileSync } from 'node:fs';
import * as agent from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { Principal } from '@icp-sdk/core/principal';
import { Developer } from './developer.mjs';

const developer = await Developer.create({ ...agent, IDL, Principal }, process.argv[2], new agent.AnonymousIdentity());
const id = await developer.make(process.argv[3]);
await developer.install(id, readFileSync('proxy-32.wasm'));
console.log(id.toText());
