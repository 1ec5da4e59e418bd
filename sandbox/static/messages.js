// The messages of one open chat.
import * as api from "./api.js";
import { head, notice, preview, reactions } from "./content.js";
import { bought } from "./invoices.js";
import { enliven, follow } from "./links.js";
import { clock, day, t } from "./texts.js";
import { ICONS, button, dialog, failed, h, hiddenText, icon, toast } from "./ui.js";

const PAGE = 60;

export class MessageList {
  constructor(panel) {
    this.panel = panel;
    this.limit = PAGE;
    this.shown = new Map(); // message id → {signature, el}
    this.stick = true; // keep the newest in view
    this.lastTop = 0;
    this.inner = h("div", { class: "log-inner" });
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" }, this.inner);
    this.down = button(icon(ICONS.down), () => this.toBottom(true), { class: "down", hidden: true });
    this.el = h("div", { class: "pane" }, this.log, this.down);
    this.log.addEventListener("scroll", () => this.noteScroll(), { passive: true });
    const watch = new ResizeObserver(() => { if (this.stick) this.toBottom(); });
    watch.observe(this.log);
    watch.observe(this.inner);
  }

  noteScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    if (!clientHeight) return; // not on screen
    const atEnd = scrollHeight - scrollTop - clientHeight < 60;
    // What grows below (a picture that arrives) moves nothing: only who scrolls up leaves the newest.
    if (atEnd || scrollTop < this.lastTop) this.stick = atEnd;
    this.lastTop = scrollTop;
    this.down.hidden = this.stick;
  }

  toBottom(smooth = false) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
  }

  /** Another chat, or another language: start afresh. */
  reset() {
    this.shown.clear();
    this.inner.replaceChildren();
    this.stick = true;
    this.down.hidden = true;
    this.limit = PAGE;
  }

  show(chat, messages) {
    this.log.setAttribute("aria-label", t("messagesIn", { title: chat.title }));
    this.down.setAttribute("aria-label", t("toBottom"));
    const wanted = [];
    if (messages.length >= this.limit) wanted.push(this.part("earlier", () => this.earlier()));
    let lastDay = null;
    for (const message of messages) {
      const label = day(message.date);
      if (label !== lastDay) wanted.push(this.part(`day ${label}`, () => h("p", { class: "day" }, h("span", {}, label))));
      lastDay = label;
      wanted.push(this.part(message.id, () => renderMessage(this.panel, chat, message), JSON.stringify([message, chat.title])));
    }
    if (!messages.length) wanted.push(this.part(`empty ${chat.started}`, () => renderEmpty(chat)));
    this.place(wanted);
    if (this.stick) this.toBottom();
  }

  /** The element shown for a key: the one already there if nothing changed, so focus and scrolling stay. */
  part(key, make, signature = key) {
    const old = this.shown.get(key);
    if (old?.signature === signature) return [key, old];
    const el = make();
    if (old) keepFocus(old.el, el);
    return [key, { signature, el }];
  }

  place(wanted) {
    const next = new Map(wanted);
    for (const [key, { el }] of this.shown) if (next.get(key)?.el !== el && el.parentNode) el.stale = true;
    let at = this.inner.firstChild;
    for (const { el } of next.values()) {
      while (at?.stale) at = drop(at);
      if (at === el) at = at.nextSibling;
      else this.inner.insertBefore(el, at);
    }
    while (at) at = drop(at);
    this.shown = next;
    for (const { el } of next.values()) el.onPlaced?.();
  }

  earlier() {
    return button(t("earlier"), () => {
      this.limit += 2 * PAGE;
      this.panel.loadMessages();
    }, { class: "earlier" });
  }
}

function drop(el) {
  const next = el.nextSibling;
  el.remove();
  return next;
}

/** A message that changes while one of its buttons has the focus: the same place in the new one gets it. */
function keepFocus(old, el) {
  if (!old.contains(document.activeElement)) return;
  const index = [...old.querySelectorAll("button")].indexOf(document.activeElement);
  el.onPlaced = () => {
    el.onPlaced = null;
    const buttons = el.querySelectorAll(".keys button");
    if (buttons.length) buttons[Math.min(Math.max(index, 0), buttons.length - 1)].focus({ preventScroll: true });
  };
}

function renderEmpty(chat) {
  const intro = chat.type === "private" && !chat.started;
  return h("div", { class: "empty" },
    intro ? [h("strong", {}, t("startTitle")), h("p", {}, t("startText"))] : h("p", {}, t("empty")));
}

function renderMessage(panel, chat, message) {
  const happened = notice(message);
  if (happened !== null) return h("p", { class: "day", "data-message": message.id }, h("span", {}, happened));
  const body = h("div", { class: "body" });
  body.innerHTML = message.html; // escaped by the server, only Telegram's tags
  enliven(panel, body);
  const isPost = chat.type === "channel";
  const name = isPost ? chat.title : message.from?.name ?? chat.title;
  const showName = !message.out && chat.type !== "private" || isPost;
  const meta = h("span", { class: "meta" },
    isPost && message.author ? h("span", {}, message.author) : null,
    message.edited ? h("span", {}, t("edited")) : null,
    h("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date)));
  const side = message.out && !isPost ? "mine" : "theirs";
  return h("div", { class: `message ${side}`, "data-message": message.id },
    h("div", { class: "bubble" },
      showName ? h("b", { class: "name" }, name) : hiddenText(`${message.out ? t("you") : name}: `),
      ...head(message), body, meta, reactions(message)),
    chat.type.endsWith("group") && !message.ephemeral ? replyButton(panel, chat, message, name) : null,
    message.buttons?.length ? renderKeys(panel, chat, message) : null);
}

function replyButton(panel, chat, message, name) {
  const short = preview({ text: message.text.slice(0, 60), media: message.media?.kind });
  const to = { id: message.id, name, short };
  return button(t("reply"), () => panel.footer.replyTo(chat, to), { class: "reply", "aria-label": t("replyTo", { name, text: short }) });
}

function renderKeys(panel, chat, message) {
  return h("div", { class: "keys" }, message.buttons.map((row) => h("div", { class: "row" }, row.map((key) => {
    const el = button(key.text, () => press(panel, chat, message, key, el));
    if (key.kind === "url") {
      el.append(h("span", { class: "out", "aria-hidden": "true" }, "↗"));
      if (!panel.isTelegram(key.url)) el.append(hiddenText(` (${t("opensNew")})`));
    }
    return el;
  }))));
}

async function press(panel, chat, message, key, el) {
  if (key.kind === "url" && key.url) {
    follow(panel, key.url);
    return;
  }
  if (el.getAttribute("aria-busy") === "true") return;
  el.setAttribute("aria-busy", "true");
  try {
    if (key.kind === "pay") bought(panel, await api.purchase(panel.user.id, chat.id, message.id));
    else await answer(panel, await api.tap(panel.user.id, chat.id, message.id, key.data ?? key.text));
  } catch (error) {
    if (error.name === "TimeoutError") toast(panel, t("noAnswer"));
    else failed(panel, error);
  } finally {
    el.removeAttribute("aria-busy");
  }
}

async function answer(panel, result) {
  if (result.kind === "copy" || result.kind === "inline") {
    toast(panel, result.text ?? `@${panel.bot?.username} ${result.query}`);
    return;
  }
  if (result.kind === "callback" && !result.answered) toast(panel, t("noAnswer"));
  else if (result.url) follow(panel, result.url, false);
  else if (result.text && result.alert) await dialog(panel, result.text, { class: "dialog alert", "data-role": "alert" });
  else if (result.text) toast(panel, result.text);
}
