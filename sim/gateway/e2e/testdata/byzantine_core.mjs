// node byzantine_core.mjs URL '[…, {"first":"…"}]': @icp-sdk/core against a subnet with corrupt nodes.
import * as agent from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { Principal } from '@icp-sdk/core/principal';
import { seeThrough } from './byzantine.mjs';

await seeThrough({ ...agent, IDL, Principal, Ed25519KeyIdentity }, {
  falseAnswer: e => e.code instanceof agent.QuerySignatureVerificationFailedErrorCode,
  stale: e => e.code instanceof agent.CertificateTimeErrorCode,
  polling: strategy => ({ pollingOptions: { strategy } }),
  stateOf: canisterId => ({ canisterId }),
});
