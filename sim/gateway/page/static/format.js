export const grouped = (n) => n.toLocaleString("en").replaceAll(",", "\u202f");

// duration writes seconds as 1:02:03.4.
export function duration(seconds, digits = 1) {
	const h = Math.floor(seconds / 3600), m = Math.floor(seconds / 60) % 60, s = (seconds % 60).toFixed(digits);
	const two = (x) => String(x).padStart(2, "0");
	const tail = s.padStart(digits ? digits + 3 : 2, "0");
	return h > 0 ? `${h}:${two(m)}:${tail}` : `${m}:${tail}`;
}

export const ms = (x) => (x < 0 ? "–" : x < 9950 ? `${Math.round(x)} ms` : `${(x / 1000).toFixed(1)} s`);

export function rate(bytes) {
	for (const unit of ["B/s", "kB/s", "MB/s"]) {
		if (bytes < 999.5) return `${bytes < 9.95 && unit !== "B/s" ? bytes.toFixed(1) : Math.round(bytes)} ${unit}`;
		bytes /= 1000;
	}
	return `${bytes.toFixed(1)} GB/s`;
}

// element makes an element with a class, attributes and children.
export function element(tag, options = {}, ...children) {
	const e = document.createElement(tag);
	for (const [key, value] of Object.entries(options)) {
		if (key === "class") e.className = value;
		else if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
		else e.setAttribute(key, value);
	}
	e.append(...children);
	return e;
}

// setText writes a text only where it changes, so that a reader's selection stays.
export function setText(e, text) {
	if (e.textContent !== text) e.textContent = text;
}

// colour gives each subnet one of its own: steps of the golden angle, in a calm range.
export function colour(subnet, dark, alpha = 1) {
	const hue = (192 + subnet * 137.508) % 360;
	return `hsl(${hue} ${dark ? 42 : 48}% ${dark ? 64 : 40}% / ${alpha})`;
}

export const darkness = matchMedia("(prefers-color-scheme: dark)");
