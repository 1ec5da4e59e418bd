// Live updates. A browser opens at most six connections to one host, so of all tabs of this page only one listens to the
// server and tells the others; when it closes, the next takes over.

function connect(id, onChange, onState) {
  const source = new EventSource(`/api/events?user=${id}`);
  source.addEventListener("change", (event) => onChange(id, JSON.parse(event.data)));
  source.addEventListener("open", () => onState(id, true));
  source.addEventListener("error", () => {
    onState(id, false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(id, onChange, onState), 2000);
  });
}

/**
 * @param ids users to listen for
 * @param onChange (user, {chat, kind})
 * @param onState (user, online): on every connection, so that what was missed can be fetched
 */
export function listen(ids, onChange, onState) {
  const lead = (change, state) => ids.forEach((id) => connect(id, change, state));
  if (!navigator.locks || !window.BroadcastChannel) {
    lead(onChange, onState);
    return;
  }
  const others = new BroadcastChannel("yizan.events");
  others.onmessage = ({ data }) => {
    if (!ids.includes(data.id)) return;
    if ("change" in data) onChange(data.id, data.change);
    else onState(data.id, data.online);
  };
  const tell = (id, change) => { onChange(id, change); others.postMessage({ id, change }); };
  const tellState = (id, online) => { onState(id, online); others.postMessage({ id, online }); };
  navigator.locks.request("yizan.events", () => {
    lead(tell, tellState);
    return new Promise(() => {}); // held until this tab is gone
  });
}
