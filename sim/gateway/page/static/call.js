import { get, post } from "./api.js";
import { element, ms, setText } from "./format.js";

// CallForm calls a canister by its Candid.
export class CallForm {
	constructor(form, reply) {
		this.form = form;
		this.reply = reply;
		this.methods = [];
		const by = (id) => form.querySelector(`#${id}`);
		Object.assign(this, { canister: by("canister"), method: by("method"), arg: by("arg"), signature: by("signature"), button: by("send"), names: by("methods") });
		this.canister.addEventListener("change", () => this.look());
		this.method.addEventListener("input", () => this.describe());
		form.addEventListener("submit", (e) => {
			e.preventDefault();
			this.send();
		});
	}

	offer(canisters) {
		if (this.offered) return;
		this.offered = true;
		this.form.querySelector("#canisters").replaceChildren(...canisters.map((c) => element("option", { value: c.name }, `${c.id}, ${c.subnet}`)));
		if (canisters.length > 0 && !this.canister.value) {
			this.canister.value = canisters[0].name;
			this.look();
		}
	}

	// look asks what methods a canister has.
	async look() {
		this.methods = [];
		const name = this.canister.value.trim();
		if (name) {
			try {
				const about = await get(`canister?id=${encodeURIComponent(name)}`);
				if (name !== this.canister.value.trim()) return;
				this.methods = about.methods;
				this.unknown = about.known ? "" : "Its Candid is not known: the argument goes by what it looks like.";
			} catch (error) {
				this.unknown = error.message;
			}
		}
		this.names.replaceChildren(...this.methods.map((m) => element("option", { value: m.name }, `${m.args} → ${m.results}`)));
		if (!this.methods.some((m) => m.name === this.method.value)) this.method.value = this.methods[0]?.name ?? "";
		this.describe();
	}

	describe() {
		const m = this.methods.find((x) => x.name === this.method.value);
		setText(this.signature, m ? `${m.name} : ${m.args} -> ${m.results}${m.kind === "query" ? " query" : ""}`
			: this.methods.length ? `methods: ${this.methods.map((x) => x.name).join(", ")}` : this.unknown ?? "");
		if (!m) return;
		this.arg.placeholder = m.args;
		this.form.elements.kind.value = m.kind;
	}

	async send() {
		this.button.disabled = true;
		this.say("waiting for the answer …");
		try {
			const r = await post("call", {
				canister: this.canister.value.trim(), method: this.method.value.trim(), arg: this.arg.value.trim(), kind: this.form.elements.kind.value,
			});
			if (r.reject) this.say(r.reject.message, true, `rejected, code ${r.reject.code}${r.reject.error_code ? `, ${r.reject.error_code}` : ""}, after ${ms(r.took_ms)} of virtual time`);
			else this.say(r.reply || r.raw, false, `replied after ${ms(r.took_ms)} of virtual time`);
		} catch (error) {
			this.say(error.message, true);
		} finally {
			this.button.disabled = false;
		}
	}

	say(text, bad = false, about = "") {
		this.reply.classList.toggle("bad", bad);
		this.reply.replaceChildren(element("pre", {}, text), element("span", { class: "quiet" }, about));
	}
}
