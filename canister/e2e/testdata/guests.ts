import { call, IDL, query, StableBTreeMap, update } from 'azle';

// Keeps names in stable memory, and in the heap, which an upgrade clears, how often it was asked.
export default class {
    guests = new StableBTreeMap<string, bigint>(0);
    visits = 0n;

    @update([IDL.Text], IDL.Text)
    greet(name: string): string {
        this.visits += 1n;
        const times = (this.guests.get(name) ?? 0n) + 1n;
        this.guests.insert(name, times);
        return `Hello, ${name}! (${times})`;
    }

    @query([], IDL.Record({ guests: IDL.Nat64, visits: IDL.Nat }))
    status(): { guests: bigint; visits: bigint } {
        return { guests: BigInt(this.guests.len()), visits: this.visits };
    }

    @update([IDL.Text], IDL.Text)
    refuse(name: string): string {
        this.guests.insert(name, 1n);
        throw new Error(`${name} is not welcome`);
    }

    // Has another house greet somebody.
    @update([IDL.Principal, IDL.Text], IDL.Text)
    async send(house: any, name: string): Promise<string> {
        this.visits += 1n;
        const said = await call<[string], string>(house, 'greet', {
            paramIdlTypes: [IDL.Text],
            returnIdlType: IDL.Text,
            args: [name]
        });
        return `They say: ${said}`;
    }
}
