// The server's JSON. An error is thrown with the server's text.
async function answer(response) {
	const body = await response.json().catch(() => ({ error: `the server answers ${response.status}` }));
	if (!response.ok) throw new Error(body.error ?? `the server answers ${response.status}`);
	return body;
}

export const get = async (path) => answer(await fetch(`/page/api/${path}`));

export const post = async (path, body) =>
	answer(await fetch(`/page/api/${path}`, {
		method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
	}));

// listen calls onState with the whole state whenever something has changed, and onLink with whether the server is there.
export function listen(onState, onLink) {
	let state = null;
	const source = new EventSource("/page/api/stream");
	source.onmessage = (event) => {
		onLink(true);
		state = merge(state, JSON.parse(event.data));
		if (state) onState(state);
	};
	source.onerror = () => onLink(false);
	source.addEventListener("over", () => {
		source.close();
		onLink(false, "The session is over.");
	});
}

// merge puts what changed over what was known.
function merge(before, now) {
	if (now.scene) return now;
	if (!before) return null;
	const over = (olds, news) => news.map((x, i) => ({ ...olds[i], ...x }));
	return {
		...before, ...now, subnets: over(before.subnets, now.subnets), nodes: over(before.nodes, now.nodes),
	};
}
