import { get } from "./api.js";
import { colour, darkness, duration, element, ms } from "./format.js";

// Rounds shows the last heights of a subnet, and one of them in detail.
export class Rounds {
	constructor(list, detail, onFinal) {
		this.list = list;
		this.detail = detail;
		this.onFinal = onFinal;
		this.heights = [];
		this.chosen = 0; // 0: the newest that is final
		this.seen = 0;
		list.addEventListener("keydown", (e) => this.key(e));
	}

	// update fetches the blocks when the subnet or its height has changed.
	async update(subnet, index, at) {
		this.wanted = { subnet, index, at };
		if (this.busy) return;
		this.busy = true;
		try {
			while (this.wanted) {
				const { subnet, index, at } = this.wanted;
				this.wanted = null;
				const { heights } = await get(`blocks?subnet=${encodeURIComponent(subnet)}`);
				if (this.subnet !== subnet) {
					this.subnet = subnet;
					this.chosen = this.seen = 0;
				}
				this.index = index;
				this.at = at;
				this.heights = heights.slice(-30);
				this.draw();
			}
		} catch {
			// the stream tells when the server is gone
		} finally {
			this.busy = false;
		}
	}

	draw() {
		const bar = colour(this.index, darkness.matches, 0.85);
		this.list.style.setProperty("--bar", bar);
		const took = this.heights.flatMap((h) => h.blocks.map((b) => b.majority_ms)).filter((x) => x > 0);
		const full = Math.max(1000, ...took);
		const label = Math.max(1, Math.ceil(this.heights.length / (this.list.clientWidth / 40)));
		this.list.replaceChildren(...this.heights.map((h) => {
			const final = h.blocks.some((b) => b.finalized.node);
			const bars = h.blocks.map((b) => element("div", { class: this.kind(b, final) }));
			h.blocks.forEach((b, i) => {
				const now = (this.at - b.at_seconds) * 1000;
				const t = b.majority_ms > 0 ? b.majority_ms : final ? 0 : Math.min(now, full);
				if (!bars[i].classList.contains("lost")) bars[i].style.height = `${Math.max(4, (t / full) * 104)}px`;
			});
			const li = element("li", { class: h.height === this.chosen ? "chosen" : "" }, ...bars,
				element("div", { class: "label" }, h.height % label === 0 ? String(h.height) : "\u00a0"));
			li.addEventListener("click", () => this.choose(h.height === this.chosen ? 0 : h.height));
			li.addEventListener("mouseenter", () => this.describe(h));
			li.addEventListener("mouseleave", () => this.describeChosen());
			return li;
		}));
		this.describeChosen();
		for (const h of this.heights) {
			const b = h.blocks.find((x) => x.finalized.node);
			if (b && h.height > this.seen) {
				if (this.seen > 0) this.onFinal(b.maker);
				this.seen = h.height;
			}
		}
	}

	kind(b, final) {
		if (b.finalized.node) return b.rank > 0 ? "bar rank" : "bar";
		if (final) return "bar lost";
		return b.rank > 0 ? "bar open rank" : "bar open";
	}

	choose(height) {
		this.chosen = height;
		this.draw();
	}

	key(e) {
		const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
		if (!by || this.heights.length === 0) return;
		e.preventDefault();
		const last = this.heights.length - 1, i = this.heights.findIndex((h) => h.height === this.chosen);
		this.choose(this.heights[i < 0 ? last : Math.min(last, Math.max(0, i + by))].height);
	}

	describeChosen() {
		const h = this.heights.find((x) => x.height === this.chosen) ?? this.heights.findLast((x) => x.blocks.some((b) => b.majority_ms > 0));
		if (h) this.describe(h);
		else this.detail.replaceChildren();
	}

	describe(h) {
		this.detail.replaceChildren(...h.blocks.slice(0, 4).map((b) => {
			const short = (n) => n.slice(n.lastIndexOf("/") + 1);
			const first = (all) => all.slice(0, 9).map((s) => short(s.node)).join(", ") + (all.length > 9 ? " …" : "");
			const p = element("p", { class: "made" });
			const say = (...parts) => p.append(...parts);
			const strong = (text) => element("b", {}, text);
			say("height ", strong(h.height), " made by ", strong(b.maker), b.rank ? ` (rank ${b.rank})` : " (rank 0)", ` at ${duration(b.at_seconds, 2)}, block ${b.hash.slice(0, 8)}`);
			say(element("br"));
			if (b.notarized.node) say("notarized after ", strong(ms(b.notarized.ms)), `, first seen by ${b.notarized.node}; signed by ${first(b.notarizers)}`);
			else say("not notarized");
			say(element("br"));
			if (b.finalized.node) {
				const by = b.implied ? " by a later block" : `; signed by ${first(b.finalizers)}`;
				say("final after ", strong(ms(b.finalized.ms)), `, first seen by ${b.finalized.node}${by}`, b.majority_ms > 0 ? `; on most nodes after ${ms(b.majority_ms)}` : "");
			} else say("not final");
			return p;
		}));
	}
}
