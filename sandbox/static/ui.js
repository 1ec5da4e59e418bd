// Small pieces everything else is made of.
import { t } from "./texts.js";

/** An element: h("button", {class: "x", onclick: f}, "text", child). Attributes that are null or false are left out. */
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else el.setAttribute(key, value === true ? "" : String(value));
  }
  el.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return el;
}

export const button = (label, onclick, props = {}) => h("button", { type: "button", onclick, ...props }, label);

export const hiddenText = (text) => h("span", { class: "sr" }, text);

/** An icon from path data, drawn in the text's colour. */
export function icon(d) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: 22, height: 22, "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

export const ICONS = {
  send: "M4 20.500 21 12 4 3.500 4 10l11 2-11 2z",
  more: "M12 4.500v.01M12 12v.01M12 19.500v.01",
  down: "M6 9l6 6 6-6",
  slash: "M15 5 9 19",
};

export function initials(name) {
  const words = name.trim().split(/\s+/);
  if (/^[\x21-\x7f]/.test(name) && words.length > 1) return (words[0][0] + words.at(-1)[0]).toUpperCase();
  return [...name.trim()][0] ?? "?";
}

export const avatar = (name, tint) => h("span", { class: `avatar tint-${tint}`, "aria-hidden": "true" }, initials(name));

/** A passing note over one person's chat. */
export function toast(panel, content) {
  const note = h("p", { class: "toast", "data-role": "toast" }, content);
  panel.notes.replaceChildren(note);
  const length = note.textContent.length;
  setTimeout(() => note.remove(), Math.min(12000, 4000 + 60 * length));
}

/** A modal window; `body` may be text or elements. Resolves when closed. */
export function dialog(panel, body, { closeLabel = "ok", ...props } = {}) {
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const text = typeof body === "string" ? h("p", {}, body) : body;
  const box = h("dialog", { class: "dialog", "aria-labelledby": id, ...props },
    h("div", { id }, text),
    h("div", { class: "dialog-foot" }, button(t(closeLabel), () => box.close(), { class: closeLabel === "ok" ? "primary" : "quiet" })));
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  (panel.el.hidden ? document.body : panel.el).append(box);
  box.showModal();
  above(panel.el, box);
  return new Promise((resolve) => {
    box.addEventListener("close", () => { box.remove(); resolve(); });
  });
}

/** Side by side, a window stands over the person it belongs to. */
function above(column, box) {
  const { left, width } = column.getBoundingClientRect();
  const free = width - box.offsetWidth;
  if (free > 0) box.style.marginInlineStart = `${left + free / 2}px`;
}

/** What went wrong, in words a person can use. */
export function reason(error) {
  return error.name === "TypeError" || error.name === "TimeoutError" ? t("notReached") : error.message;
}

export const failed = (panel, error) => toast(panel, reason(error));
