import { listen, post } from "./api.js";
import { Rounds } from "./blocks.js";
import { CallForm } from "./call.js";
import { darkness, duration, grouped, setText } from "./format.js";
import { World } from "./map.js";
import { describe, Happenings, Nodes, Subnets } from "./panels.js";

const by = (id) => document.getElementById(id);
const view = { state: null, subnet: 0, node: -1, hovered: -1, linked: false };

const chooseSubnet = (i) => {
	view.subnet = i;
	if (view.state.nodes[view.node]?.subnet !== i) view.node = -1;
	show();
};
const chooseNode = (i) => {
	view.node = i === view.node ? -1 : i;
	if (view.node >= 0) view.subnet = Math.max(view.state.nodes[view.node].subnet, 0);
	show();
};

const world = new World(by("world"), { onChoose: chooseNode, onHover: (i) => { view.hovered = i; hint(); } });
const rounds = new Rounds(by("rounds"), by("block"), (maker) => world.shine(view.state.nodes.findIndex((n) => n.name === maker)));
const subnets = new Subnets(by("subnets"), chooseSubnet);
const nodes = new Nodes(by("nodes"), by("node"), {
	onChoose: chooseNode, onFault: (fault) => control({ action: "fault", fault, nodes: [view.state.nodes[view.node].name] }),
});
const happenings = new Happenings(by("in-force"), by("timeline"), (names) => control({ action: "fault", fault: "heal", nodes: names }));
const form = new CallForm(by("call"), by("reply"));

let hideNotice = 0;
function notice(text, stays = false) {
	clearTimeout(hideNotice);
	by("notice").hidden = !text;
	setText(by("notice"), text);
	if (text && !stays) hideNotice = setTimeout(() => notice(""), 6000);
}

async function control(order) {
	try {
		await post("control", order);
	} catch (error) {
		notice(error.message);
	}
}

// show draws what is known.
function show() {
	const s = view.state;
	world.set(s, view.subnet, view.node);
	subnets.draw(s, view.subnet);
	nodes.draw(s, view.subnet, view.node);
	happenings.draw(s);
	const subnet = s.subnets[view.subnet];
	const key = `${view.subnet} ${subnet.finalized} ${s.at_seconds} ${s.events}`;
	if (key !== view.key) rounds.update(subnet.name, view.subnet, s.at_seconds);
	view.key = key;
	setText(by("rounds-title"), `Blocks of ${subnet.name}`);
	setText(by("rounds-about"), "the taller, the longer until final");
	setText(by("nodes-title"), `Nodes of ${subnet.name}`);
	const up = s.nodes.filter((n) => n.subnet === view.subnet && n.state === "up" && !n.cut).length;
	setText(by("nodes-about"), up === subnet.nodes ? "all are up" : `${up} of ${subnet.nodes} are up and connected`);
	setText(by("subnets-about"), s.subnets.length > 1 ? `${s.subnets.length} subnets, ${s.nodes.length} nodes` : "");
	const { submitted, completed, failed, lost } = s.calls;
	const trouble = failed + lost > 0 ? `, ${grouped(failed + lost)} failed` : "";
	setText(by("calls"), submitted ? `users made ${grouped(submitted)} calls, ${grouped(completed)} are done${trouble}` : "");
	hint();
	showTime(s);
}

function showTime(s) {
	setText(by("at"), duration(s.at_seconds));
	setText(by("clock"), `${new Date(s.clock_ms).toISOString().slice(0, 19).replace("T", " ")} UTC`);
	setText(by("name"), s.scene.name);
	setText(by("about"), `${s.scene.about}${s.scene.about ? "; " : ""}seed ${s.scene.seed}, ${s.scene.crypto}, icsim ${s.scene.version}`);
	setText(by("pause"), s.paused ? "Resume" : "Pause");
	document.title = `${s.paused ? "paused " : ""}${duration(s.at_seconds, 0)} ${s.scene.name} – icsim`;
	const waits = s.mode === "auto" && s.lead_ms > 1000 && s.speed < 0.05 && !s.paused;
	const speed = waits ? "the nodes' clocks are ahead: time waits for yours" : s.paused || s.mode === "manual" ? "time stands" : `${s.speed >= 9.95 ? Math.round(s.speed) : s.speed.toFixed(1)} × real time`;
	setText(by("pulse"), `${speed}, ${grouped(s.events)} events`);
	const select = by("speed");
	if (document.activeElement !== select) {
		const value = s.mode === "real" ? String(s.factor) : s.mode;
		if (![...select.options].some((o) => o.value === value)) select.add(new Option(`real × ${value}`, value));
		select.value = value;
	}
}

function hint() {
	const n = view.state?.nodes[view.hovered];
	const open = view.state?.requests.open ? `${view.state.requests.open} requests from outside are open. ` : "";
	setText(by("hint"), n ? `${n.name}, ${n.place_name}: ${describe(n)}, finalized ${grouped(n.finalized)}`
		: `${open}Filled: up. Hollow: down. Amber ring: corrupt. Dashed red: cut. A glow: its block became final.`);
}

by("pause").onclick = () => control({ action: view.state.paused ? "resume" : "pause" });
by("step-round").onclick = () => control({ action: "step", rounds: 1, subnet: view.state.subnets[view.subnet].name });
by("step-100").onclick = () => control({ action: "step", ms: 100 });
by("speed").onchange = (e) => {
	const v = e.target.value;
	control(v === "auto" || v === "manual" ? { action: "mode", mode: v } : { action: "speed", factor: Number(v) });
	e.target.blur();
};
for (const mode of ["map", "rings"]) by(`view-${mode}`).onclick = () => setView(mode);

function setView(mode) {
	world.mode = mode;
	for (const m of ["map", "rings"]) by(`view-${m}`).setAttribute("aria-pressed", String(m === mode));
	world.layout();
}

document.addEventListener("keydown", (e) => {
	if (e.target.closest("input, textarea, select") || (e.key === " " && e.target.closest("button")) || e.ctrlKey || e.metaKey || e.altKey) return;
	const button = { " ": "pause", n: "step-round", m: "step-100" }[e.key];
	if (!button || by(button).disabled) return;
	e.preventDefault();
	by(button).click();
});
darkness.addEventListener("change", () => view.state && show());

listen((state) => {
	if (!view.state) {
		for (const id of ["pause", "step-round", "step-100", "speed"]) by(id).disabled = false;
		if (!state.nodes.every((n) => state.scene.places[n.place].located)) {
			by("view-map").disabled = true;
			by("view-map").title = "the scenario's places have no coordinates";
			setView("rings");
		}
		form.offer(state.scene.canisters);
	}
	view.state = state;
	show();
}, (linked, why) => {
	if (linked !== view.linked || why) notice(linked ? "" : why ?? "The server does not answer; trying again.", !linked);
	view.linked = linked;
});
