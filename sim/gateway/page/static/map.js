import { grid, north, step } from "./land.js";
import { colour, darkness } from "./format.js";

// The Natural Earth projection (Šavrič, Patterson, Jenny): degrees to the plane.
function project(lat, lon) {
	const f = (lat * Math.PI) / 180, l = (lon * Math.PI) / 180, f2 = f * f, f4 = f2 * f2;
	return [
		l * (0.8707 - 0.131979 * f2 - 0.013791 * f4 + f4 * f4 * f2 * (0.003971 - 0.001529 * f2)),
		f * (1.007226 + 0.015085 * f2 + f4 * f2 * (-0.044475 + 0.028874 * f2 - 0.005916 * f4)),
	];
}

const bounds = { left: project(30, -165)[0], right: project(-30, 178)[0], top: project(73, 0)[1], bottom: project(-50, 0)[1] };
const glow = 900; // ms that a block maker shines
const few = 4; // subnets, up to which all links are shown

// A World draws nodes and links, on the map or as rings.
export class World {
	constructor(canvas, { onChoose, onHover }) {
		this.canvas = canvas;
		this.mode = "map";
		this.state = null;
		this.subnet = 0;
		this.node = -1;
		this.shining = new Map();
		this.calm = matchMedia("(prefers-reduced-motion: reduce)");
		new ResizeObserver(() => this.layout()).observe(canvas);
		darkness.addEventListener("change", () => this.layout());
		canvas.addEventListener("click", (e) => onChoose(this.nearest(e)));
		canvas.addEventListener("mousemove", (e) => {
			const n = this.nearest(e);
			canvas.style.cursor = n < 0 ? "" : "pointer";
			onHover(n);
		});
		canvas.addEventListener("mouseleave", () => onHover(-1));
	}

	set(state, subnet, node) {
		const members = state.nodes.map((n) => n.subnet).join(), anew = this.members !== members;
		this.members = members;
		this.state = state;
		this.subnet = subnet;
		this.node = node;
		if (anew) this.layout();
		else this.draw();
	}

	// shine lets a node glow for a moment: it made the block that became final.
	shine(node) {
		if (this.calm.matches) return;
		this.shining.set(node, performance.now());
		this.animate();
	}

	animate() {
		if (this.frame) return;
		this.frame = requestAnimationFrame(() => {
			this.frame = 0;
			this.draw();
			if (this.shining.size > 0) this.animate();
		});
	}

	nearest(event) {
		const box = this.canvas.getBoundingClientRect();
		const x = event.clientX - box.left, y = event.clientY - box.top;
		let best = -1, least = 14 * 14;
		this.spots?.forEach((s, i) => {
			const d = (s.x - x) ** 2 + (s.y - y) ** 2;
			if (d < least) [best, least] = [i, d];
		});
		return best;
	}

	layout() {
		if (!this.state) return;
		const box = this.canvas.getBoundingClientRect(), ratio = devicePixelRatio || 1;
		if (box.width === 0) return;
		this.canvas.width = box.width * ratio;
		this.canvas.height = box.height * ratio;
		this.width = box.width;
		this.height = box.height;
		this.radius = this.state.nodes.length > 150 ? 2.4 : box.width < 600 ? 3.2 : 4.2;
		if (this.mode === "map") this.layoutMap();
		else this.layoutRings();
		this.draw();
	}

	layoutMap() {
		const { left, right, top, bottom } = bounds;
		const scale = Math.min((this.width - 16) / (right - left), (this.height - 12) / (top - bottom));
		const x0 = this.width / 2 - (scale * (left + right)) / 2, y0 = this.height / 2 + (scale * (top + bottom)) / 2;
		this.onMap = (lat, lon) => {
			const [x, y] = project(lat, lon);
			return { x: x0 + x * scale, y: y0 - y * scale };
		};
		this.paintLand(scale);
		const places = new Map();
		this.state.nodes.forEach((n, i) => places.set(n.place, [...(places.get(n.place) ?? []), i]));
		this.centres = [];
		this.spots = [];
		for (const [place, nodes] of places) {
			const { lat, lon } = this.state.scene.places[place];
			const c = this.onMap(lat, lon);
			this.centres[place] = c;
			nodes.forEach((n, k) => { // a sunflower
				const r = nodes.length === 1 ? 0 : this.radius * 1.15 * Math.sqrt(k + (nodes.length < 4 ? 0.8 : 0.3)), a = k * 2.39996 + (nodes.length === 2 ? k * 0.75 : 0);
				this.spots[n] = { x: c.x + r * Math.cos(a), y: c.y + r * Math.sin(a) };
			});
		}
	}

	paintLand(scale) {
		const ratio = devicePixelRatio || 1, layer = new OffscreenCanvas(this.canvas.width, this.canvas.height);
		const g = layer.getContext("2d");
		g.scale(ratio, ratio);
		g.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--land");
		const gap = Math.max(2.1, 330 / scale), dot = Math.max(0.9, scale * 0.0068);
		let odd = false;
		for (let lat = 72; lat > -56; lat -= gap, odd = !odd) {
			const wide = gap * 1.08 / Math.max(0.3, project(lat, 1)[0] / project(0, 1)[0]);
			for (let lon = -180 + (odd ? wide / 2 : 0); lon < 180; lon += wide) {
				if (!grid[Math.floor((north - lat) / step)]?.[Math.floor((lon + 180) / step)]) continue;
				const { x, y } = this.onMap(lat, lon);
				g.beginPath();
				g.arc(x, y, dot, 0, 7);
				g.fill();
			}
		}
		this.land = layer;
	}

	layoutRings() {
		const subnets = this.state.subnets, n = subnets.length;
		let columns = 1;
		while (columns < n && Math.ceil(n / columns) * this.width > columns * this.height * 1.25) columns++;
		const w = this.width / columns, h = this.height / Math.ceil(n / columns);
		const r = Math.max(8, Math.min(w, h) / 2 - (n > 12 ? 9 : 24));
		this.spots = [];
		this.rings = subnets.map((s, i) => {
			const last = Math.floor(i / columns) === Math.ceil(n / columns) - 1, row = last ? n - columns * Math.floor(i / columns) : columns;
			return { x: this.width / 2 + ((i % columns) - (row - 1) / 2) * w, y: (Math.floor(i / columns) + 0.5) * h, r };
		});
		const seen = subnets.map(() => 0);
		let spare = 0;
		this.state.nodes.forEach((node, i) => {
			if (node.subnet < 0) {
				this.spots[i] = { x: 12 + 14 * spare++, y: this.height - 12 }; // of no subnet: in a row below
				return;
			}
			const c = this.rings[node.subnet], a = (2 * Math.PI * seen[node.subnet]++) / subnets[node.subnet].nodes - Math.PI / 2;
			this.spots[i] = { x: c.x + c.r * Math.cos(a), y: c.y + c.r * Math.sin(a) };
		});
	}

	// shows tells whether a subnet's links are drawn.
	shows(subnet) {
		return subnet === this.subnet || (this.state.subnets.length <= few && subnet >= 0);
	}

	draw() {
		const g = this.canvas.getContext("2d"), ratio = devicePixelRatio || 1;
		if (!this.state || !this.spots) return;
		g.setTransform(1, 0, 0, 1, 0, 0);
		g.clearRect(0, 0, this.canvas.width, this.canvas.height);
		if (this.mode === "map") g.drawImage(this.land, 0, 0);
		g.scale(ratio, ratio);
		this.drawLinks(g);
		this.drawCuts(g);
		if (this.mode === "rings") this.drawNames(g);
		else this.drawPlaces(g);
		this.drawNodes(g);
	}

	// ends gives where a link of the list is drawn.
	ends([subnet, a, b]) {
		if (this.mode === "map") return [this.centres[a], this.centres[b]];
		if (!this.firsts || this.firstsOf !== this.spots) {
			this.firsts = new Map();
			this.firstsOf = this.spots;
			this.state.nodes.forEach((n, i) => this.firsts.has(`${n.subnet} ${n.place}`) || this.firsts.set(`${n.subnet} ${n.place}`, this.spots[i]));
		}
		return [this.firsts.get(`${subnet} ${a}`), this.firsts.get(`${subnet} ${b}`)];
	}

	line(g, a, b) {
		g.beginPath();
		g.moveTo(a.x, a.y);
		if (this.mode === "map") { // a little arch
			const dx = b.x - a.x, dy = b.y - a.y, bend = dx > 0 ? 0.13 : -0.13;
			g.quadraticCurveTo((a.x + b.x) / 2 + dy * bend, (a.y + b.y) / 2 - dx * bend, b.x, b.y);
		} else g.lineTo(b.x, b.y);
		g.stroke();
	}

	drawLinks(g) {
		const { links, traffic } = this.state, dark = darkness.matches;
		const shared = this.state.subnets.length <= few;
		links?.forEach((link, i) => {
			const level = Number(traffic[i] ?? 0);
			if (level === 0 || link[1] === link[2] || !(this.shows(link[0]) || (link[0] < 0 && shared && this.mode === "map"))) return;
			const [a, b] = this.ends(link);
			if (!a || !b) return;
			const chosen = link[0] === this.subnet;
			g.setLineDash(link[0] < 0 ? [1, 4] : []);
			g.lineWidth = chosen ? 0.9 : 0.6;
			g.strokeStyle = link[0] < 0 ? colour(0, dark, 0.25) : colour(link[0], dark, ((chosen ? 0.5 : 0.22) * level) / 9);
			this.line(g, a, b);
		});
		g.setLineDash([]);
	}

	drawCuts(g) {
		const { faults, nodes } = this.state, done = new Set();
		g.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--bad");
		g.globalAlpha = 0.42;
		g.lineWidth = 1;
		g.setLineDash([2, 5]);
		for (const f of faults) {
			if (f.kind !== "cut") continue;
			for (const a of f.from) for (const b of f.to) {
				const key = Math.min(a, b) * 65536 + Math.max(a, b);
				if (nodes[a].subnet !== nodes[b].subnet || !this.shows(nodes[a].subnet) || done.has(key)) continue;
				done.add(key);
				this.line(g, this.spots[a], this.spots[b]);
			}
		}
		g.globalAlpha = 1;
		g.setLineDash([]);
	}

	drawNames(g) {
		const small = this.state.subnets.length > 12, ink = getComputedStyle(document.documentElement);
		g.textAlign = "center";
		this.rings.forEach((c, i) => {
			const s = this.state.subnets[i];
			g.fillStyle = ink.getPropertyValue(i === this.subnet ? "--ink" : "--quiet");
			g.font = `${i === this.subnet ? 600 : 400} ${small ? 10 : 13}px system-ui, sans-serif`;
			if (c.r > 22) g.fillText(s.name, c.x, c.y - (small ? 0 : 4), c.r * 1.6);
			if (!small || c.r > 30) {
				g.font = `300 ${small ? 10 : 20}px system-ui, sans-serif`;
				g.fillText(s.finalized, c.x, c.y + (small ? 12 : 18));
			}
		});
	}

	// drawPlaces names the places, as far as there is room.
	drawPlaces(g) {
		if (this.width < 560) return;
		const taken = [], ink = getComputedStyle(document.documentElement).getPropertyValue("--quiet");
		for (const s of this.spots) taken.push([s.x - 5, s.y - 5, s.x + 5, s.y + 5]);
		g.font = "10.5px system-ui, sans-serif";
		g.textAlign = "left";
		g.fillStyle = ink;
		this.centres.forEach((c, place) => {
			const name = this.state.scene.places[place].name, w = g.measureText(name).width;
			for (const [x, y] of [[c.x + 9, c.y + 4], [c.x - 9 - w, c.y + 4], [c.x - w / 2, c.y + 18], [c.x - w / 2, c.y - 10]]) {
				const box = [x - 2, y - 10, x + w + 2, y + 3];
				if (x < 0 || x + w > this.width || taken.some((t) => t[0] < box[2] && box[0] < t[2] && t[1] < box[3] && box[1] < t[3])) continue;
				taken.push(box);
				g.fillText(name, x, y);
				return;
			}
		});
	}

	drawNodes(g) {
		const css = getComputedStyle(document.documentElement), dark = darkness.matches, now = performance.now();
		const [sheet, bad, warn, ink] = ["--sheet", "--bad", "--warn", "--ink"].map((v) => css.getPropertyValue(v));
		const many = this.state.subnets.length > few;
		this.state.nodes.forEach((n, i) => {
			const { x, y } = this.spots[i], r = this.radius, shone = now - (this.shining.get(i) ?? -glow);
			const circle = (radius) => { g.beginPath(); g.arc(x, y, radius, 0, 7); };
			if (shone < glow) {
				circle(r + 2 + (9 * shone) / glow);
				g.fillStyle = colour(n.subnet, dark, 0.4 * (1 - shone / glow));
				g.fill();
			} else this.shining.delete(i);
			g.globalAlpha = many && n.subnet !== this.subnet ? 0.55 : 1;
			circle(r);
			g.lineWidth = 1.5;
			if (n.state === "down") {
				g.fillStyle = sheet;
				g.fill();
				g.strokeStyle = bad;
				g.stroke();
			} else {
				g.fillStyle = n.state === "paused" ? warn : colour(n.subnet, dark);
				g.fill();
				g.lineWidth = 1;
				g.strokeStyle = sheet;
				g.stroke();
			}
			if (n.strategies.length > 0) this.outline(g, circle, r + 2.2, warn, []);
			if (n.cut) this.outline(g, circle, r + 2.6, bad, [2, 2]);
			if (i === this.node) this.outline(g, circle, r + 4.5, ink, []);
			g.globalAlpha = 1;
		});
	}

	outline(g, circle, r, style, dash) {
		circle(r);
		g.setLineDash(dash);
		g.lineWidth = 1.3;
		g.strokeStyle = style;
		g.stroke();
		g.setLineDash([]);
	}
}
