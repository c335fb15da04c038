import { colour, darkness, duration, element, grouped, ms, rate, setText } from "./format.js";

const svg = (tag, attributes) => {
	const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
	return e;
};

// Subnets lists the subnets, one of which is chosen.
export class Subnets {
	constructor(root, onChoose) {
		this.root = root;
		this.onChoose = onChoose;
		this.rows = [];
		this.rates = [];
		root.addEventListener("keydown", (e) => {
			const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
			if (!by) return;
			e.preventDefault();
			const to = Math.min(this.rows.length - 1, Math.max(0, this.chosen + by));
			onChoose(to);
			this.rows[to].root.focus();
		});
	}

	draw(state, chosen) {
		this.chosen = chosen;
		if (this.rows.length !== state.subnets.length) this.build(state);
		state.subnets.forEach((s, i) => {
			const row = this.rows[i];
			row.root.setAttribute("aria-selected", String(i === chosen));
			row.root.tabIndex = i === chosen ? 0 : -1;
			row.dot.style.background = colour(i, darkness.matches);
			setText(row.height, grouped(s.finalized));
			const equivocations = s.equivocations ? `, ${s.equivocations} equivocation${s.equivocations > 1 ? "s" : ""}` : "";
			setText(row.more, `${s.block_rate.toFixed(2)} blocks/s, final in ${ms(s.finalization_ms || -1)}, certified ${grouped(s.certified)}, CUP ${grouped(s.cup)}${equivocations}`);
			this.spark(row.path, i, s.block_rate, state.at_seconds);
			row.path.style.stroke = colour(i, darkness.matches);
		});
	}

	build(state) {
		this.rows = state.subnets.map((s, i) => {
			const path = svg("path", {}), graph = svg("svg", { viewBox: "0 0 84 22", "aria-hidden": "true" });
			graph.append(path);
			const row = {
				path, dot: element("span", { class: "dot" }), height: element("span", { class: "height", title: "finalized height" }),
				more: element("span", { class: "more" }),
			};
			const kind = s.type === "application" ? "" : ` ${s.type}`;
			const title = element("span", { class: "title", title: s.id }, s.name, element("small", {}, ` ${s.nodes} nodes${kind}`));
			row.root = element("div", { class: "subnet", role: "option", onclick: () => this.onChoose(i) }, row.dot, title, graph, row.height, row.more);
			return row;
		});
		this.rates = state.subnets.map(() => []);
		this.root.replaceChildren(...this.rows.map((r) => r.root));
	}

	// spark draws a subnet's block rate over the last two minutes of virtual time.
	spark(path, i, value, at) {
		const all = this.rates[i], kept = 120;
		if (all.length > 0 && at - all.at(-1).at < 0.5) return;
		all.push({ at, value });
		while (all.length > 2 && all[1].at < at - kept) all.shift();
		const top = Math.max(2.5, ...all.map((x) => x.value));
		path.setAttribute("d", all.map((x, k) => `${k ? "L" : "M"}${(83 - ((at - x.at) / kept) * 82).toFixed(1)} ${(20.5 - (x.value / top) * 19).toFixed(1)}`).join(""));
	}
}

// nodeClass says in what state a node is.
export function describe(n) {
	if (n.state !== "up") return n.state;
	if (n.cut) return "cut off";
	return n.strategies.length ? n.strategies.join(", ") : "up";
}

// members tells which nodes a subnet has.
const members = (state, subnet) => state.nodes.map((n, i) => (n.subnet === subnet ? i : "")).join();

// Nodes lists the nodes of the chosen subnet, and what can be done to one.
export class Nodes {
	constructor(list, actions, { onChoose, onFault }) {
		Object.assign(this, { list, actions, onChoose, onFault });
		this.cells = new Map();
		this.text = element("span", { class: "text" });
		this.buttons = {};
		for (const [fault, label] of [["crash", "Crash"], ["restart", "Restart"], ["pause", "Pause node"], ["resume", "Resume node"], ["cut", "Cut off"], ["heal", "Heal cut"]]) {
			this.buttons[fault] = element("button", { type: "button", onclick: () => onFault(fault) }, label);
		}
		actions.append(this.text, ...Object.values(this.buttons));
	}

	draw(state, subnet, chosen) {
		if (this.subnet !== subnet || this.of !== members(state, subnet)) this.build(state, subnet);
		const top = state.subnets[subnet].finalized;
		for (const [i, cell] of this.cells) {
			const n = state.nodes[i];
			const kind = n.state !== "up" ? n.state : n.cut ? "cut" : n.strategies.length ? "corrupt" : "";
			cell.root.className = `node ${kind}`;
			cell.dot.style.background = kind === "" ? colour(n.subnet, darkness.matches) : "";
			cell.root.setAttribute("aria-pressed", String(i === chosen));
			const behind = top - n.finalized;
			setText(cell.lag, n.state === "down" ? "down" : behind > 1 ? `−${grouped(behind)}` : "");
			cell.root.title = `${n.name}, ${n.place_name}: ${describe(n)}, finalized ${n.finalized}, certified ${n.certified}`;
		}
		this.drawChosen(state.nodes[chosen]);
	}

	drawChosen(n) {
		const usable = n ? {
			crash: n.state !== "down", restart: n.state === "down", pause: n.state === "up", resume: n.state === "paused", cut: !n.cut, heal: n.cut,
		} : {};
		for (const [fault, button] of Object.entries(this.buttons)) button.hidden = !usable[fault];
		setText(this.text, n
			? `${n.name} in ${n.place_name}: ${describe(n)}. Finalized ${grouped(n.finalized)}, certified ${grouped(n.certified)}, sends ${rate(n.sent_bytes_per_second)}.`
			: "Choose a node to crash it, pause it or cut it off.");
	}

	build(state, subnet) {
		this.subnet = subnet;
		this.of = members(state, subnet);
		this.cells.clear();
		state.nodes.forEach((n, i) => {
			if (n.subnet !== subnet) return;
			const cell = { dot: element("span", { class: "dot" }), lag: element("span", { class: "lag" }) };
			cell.root = element("button", { type: "button", class: "node", onclick: () => this.onChoose(i) }, cell.dot,
				element("span", { class: "who" }, n.name), cell.lag,
				element("span", { class: "where" }, n.place_name + (n.strategies.length ? `, ${n.strategies.join(", ")}` : "")));
			this.cells.set(i, cell);
		});
		this.list.replaceChildren(...[...this.cells.values()].map((c) => c.root));
	}
}

// Happenings shows the faults in force, and what happened.
export class Happenings {
	constructor(inForce, timeline, onHeal) {
		Object.assign(this, { inForce, timeline, onHeal });
	}

	draw(state) {
		const faults = JSON.stringify(state.faults);
		if (faults !== this.faults) {
			this.faults = faults;
			this.inForce.replaceChildren(...this.merged(state).map((f) => element("li", {}, f.what, ...this.cure(f, state))));
		}
		if (state.timeline !== this.shown) {
			this.shown = state.timeline;
			this.timeline.replaceChildren(...this.grouped(state.timeline ?? []).reverse().map((m) =>
				element("li", {}, element("time", {}, duration(m.at_seconds)), element("span", {}, m.more ? `${m.what} (and ${m.more} more times before)` : m.what))));
		}
	}

	// merged shows both ways of a cut as one.
	merged(state) {
		const out = [];
		for (const f of state.faults.toSorted((a, b) => a.from.length - b.from.length)) { // from the smaller side
			const key = [f.kind, ...[f.from.join(), f.to.join()].sort()].join(" ");
			if (f.kind !== "cut" || !out.some((x) => x.key === key)) out.push({ ...f, key });
		}
		return out;
	}

	cure(f, state) {
		if (f.kind !== "cut") return [];
		const smaller = f.to.length < f.from.length ? f.to : f.from;
		return [element("button", { type: "button", onclick: () => this.onHeal([state.nodes[smaller[0]].name]) }, "Heal")];
	}

	// grouped takes the many proofs against one node as one line.
	grouped(moments) {
		const out = [], proofs = new Map();
		for (const m of moments) {
			const proof = m.what.match(/^(.* is proven to have made two blocks) at height/)?.[1];
			const before = proof && proofs.get(proof);
			if (before) out.splice(out.indexOf(before), 1);
			const line = { ...m, more: before ? before.more + 1 : 0 };
			if (proof) proofs.set(proof, line);
			out.push(line);
		}
		return out;
	}
}
