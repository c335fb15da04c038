// What users bear who do not trust the first node that answers: one that is cut off from its peers answers from the state that it had and
// knows of nothing that was done meanwhile; the boundary node goes on asking it until it lags by 50 heights. That is so on the Internet
// Computer too.
import { setTimeout as sleep } from 'node:timers/promises';

// eventually tries a check of what nodes answer again, for as long as the library is said to bear with nodes that lag (in milliseconds).
export async function eventually({ patience = 0 }, check) {
  for (const until = Date.now() + patience; ; await sleep(500)) {
    try {
      return await check();
    } catch (e) {
      if (Date.now() >= until) {
        throw e;
      }
    }
  }
}

// persistent is fetch, and sends a call again that a node refused since it knows of no such canister (IC0301), or of no module in it (IC0537).
// The request is the same, and so is its id: it is carried out once.
export async function persistent(url, options) {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, options);
    if (!String(url).endsWith('/call') || tries === 60) {
      return response;
    }
    const body = Buffer.from(await response.clone().arrayBuffer()).toString('latin1');
    if (!/non_replicated_rejection/.test(body) || !/IC0301|IC0537/.test(body)) {
      return response;
    }
    console.log('- a node that lags does not know what was done before: the call is sent again');
    await sleep(500);
  }
}
