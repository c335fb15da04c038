// node byzantine_agent.mjs URL '[…, {"first":"…"}]': @dfinity/agent, of the years before @icp-sdk/core, against a subnet with corrupt nodes.
import * as agent from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import { seeThrough } from './byzantine.mjs';

await seeThrough({ ...agent, IDL, Principal, Ed25519KeyIdentity }, {
  falseAnswer: e => /Invalid signature from replica \S+ signed query/.test(e.message),
  stale: e => /^Invalid certificate: Certificate is signed more than .* minutes in the past/.test(e.message),
  polling: strategy => ({ pollingStrategyFactory: () => strategy }),
  stateOf: id => id,
});
