// A developer makes canisters by a library of agents.
import * as interfaces from './interfaces.mjs';

export const step = (what, ...rest) => console.log(`- ${what}`, ...rest);
const cycles = 100_000_000_000_000n;

// A Developer has an identity and makes canisters. config is what actors are made with, beside the agent.
export class Developer {
  constructor(library, agent) {
    Object.assign(this, { library, agent, config: {} });
  }

  static async create(library, host, identity) {
    return new Developer(library, await library.HttpAgent.create({ host, identity, shouldFetchRootKey: true, fetch: library.fetch }));
  }

  // canister gives a canister's methods.
  canister(id, service) {
    return this.library.Actor.createActor(service, { ...this.config, agent: this.agent, canisterId: id });
  }

  // management gives the management canister's methods, about a canister.
  management(about) {
    return this.library.Actor.createActor(interfaces.management, {
      ...this.config, agent: this.agent, canisterId: 'aaaaa-aa',
      callTransform: () => ({ effectiveCanisterId: this.library.Principal.from(about) }),
    });
  }

  // make creates a canister on the subnet that hosts another id.
  async make(near) {
    const made = await this.management(near).provisional_create_canister_with_cycles({ amount: [cycles], sender_canister_version: [] });
    return made.canister_id;
  }

  async install(id, module, mode = { install: null }) {
    const arg = this.library.IDL.encode([], []);
    await this.management(id).install_code({
      mode, canister_id: id, wasm_module: new Uint8Array(module), arg: new Uint8Array(arg), sender_canister_version: [],
    });
  }
}
