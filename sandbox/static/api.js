// The user API of docs/sandbox.md, and what this browser remembers.

export class ApiError extends Error {}

async function call(method, path, body, ms = 20000) {
  const options = { method, signal: AbortSignal.timeout(ms), headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  const response = await fetch(path, options);
  const data = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(data.error || `${response.status} ${response.statusText}`);
  return data;
}

const user = (id) => `/api/users/${id}`;

export const users = async () => (await call("GET", "/api/users")).users;
export const chats = async (id) => (await call("GET", `${user(id)}/chats`)).chats;
export const messages = (id, chat, limit) => call("GET", `${user(id)}/chats/${chat}/messages?limit=${limit}`);
export const commands = async (id) => (await call("GET", `${user(id)}/commands`)).commands;
export const send = (id, chat, text, replyTo = null) =>
  call("POST", `${user(id)}/messages`, { chat, text, ...(replyTo && { reply_to: replyTo }) });
export const purchase = (id, chat, message) => call("POST", `${user(id)}/purchases`, { chat, message }, 14000);
export const invoice = (id, slug) => call("GET", `${user(id)}/invoices/${slug}`);
export const purchaseByLink = (id, slug) => call("POST", `${user(id)}/purchases`, { invoice: slug }, 14000);
export const setUserLanguage = (id, language) => call("POST", `${user(id)}/language`, { language });
export const setBlocked = (id, blocked) => call("POST", `${user(id)}/block`, { blocked });
export const setMember = (id, chat, change) => call("POST", `${user(id)}/chats/${chat}/members`, change);
export const tap = (id, chat, message, button) =>
  call("POST", `${user(id)}/taps`, { chat, message, button }, 18000);

/** localStorage that shrugs when it is switched off or full. */
export const memory = {
  get(key) {
    try { return localStorage.getItem(`yizan.${key}`); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(`yizan.${key}`, value); } catch { /* then it is forgotten */ }
  },
};
