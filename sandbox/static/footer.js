// What stands under the messages: the composer, START, or why one cannot write here.
import * as api from "./api.js";
import { language, t } from "./texts.js";
import { ICONS, button, failed, h, hiddenText, icon } from "./ui.js";

export class Footer {
  constructor(panel) {
    this.panel = panel;
    this.el = h("div", { class: "footer" });
    this.drafts = new Map(); // chat id → text
    this.mode = null;
    this.answering = null; // {chat, id, name, short}: the message the next one answers
  }

  replyTo(chat, message) {
    this.answering = { chat: chat.id, ...message };
    this.mode = null;
    this.show(chat, language());
    this.focus();
  }

  noReply(chat) {
    this.answering = null;
    this.mode = null;
    this.show(chat, language());
    this.focus();
  }

  /** Put these words where one writes, to be sent or not; what is written there already stays. */
  propose(chat, words) {
    if (words && !this.drafts.get(chat.id)) {
      this.drafts.set(chat.id, words);
      this.mode = null;
      this.show(chat, language());
    }
    this.focus();
  }

  /** Draw what fits the chat; what is already right stays, and with it the text being written. */
  show(chat, tongue) {
    const kind = this.kindOf(chat);
    const mode = [kind, chat.id, this.panel.payload, tongue].join(" ");
    if (mode === this.mode) return;
    const focused = this.el.contains(document.activeElement);
    this.mode = mode;
    this.el.className = `footer ${kind}`;
    this.el.replaceChildren(...this[kind](chat));
    if (focused) this.focus();
  }

  focus() {
    this.el.querySelector("textarea, button")?.focus();
  }

  kindOf(chat) {
    if (chat.type !== "private") return chat.can_write ? "composer" : "readOnly";
    if (chat.blocked) return "blocked";
    return this.panel.payload !== null || !chat.started ? "start" : "composer";
  }

  readOnly() {
    return [h("p", {}, t("readOnly"))];
  }

  blocked() {
    const unblock = button(t("unblock"), async () => {
      try { await api.setBlocked(this.panel.user.id, false); } catch (error) { failed(this.panel, error); }
      await this.panel.refresh();
    }, { class: "big" });
    return [h("p", {}, t("blockedText")), unblock];
  }

  start(chat) {
    const payload = this.panel.payload;
    const go = button(t("start"), () => this.panel.start(payload), { class: "big", "data-role": "start" });
    return [payload && chat.started ? h("p", {}, t("startLink")) : null, go].filter(Boolean);
  }

  composer(chat) {
    const label = chat.type === "channel" ? t("broadcast") : t("write");
    const text = h("textarea", {
      rows: "1", placeholder: label, "aria-label": label, "data-role": "composer", maxlength: "4096", enterkeyhint: "send",
    });
    text.value = this.drafts.get(chat.id) ?? "";
    const form = h("form", {}, chat.type === "channel" ? null : this.commandMenu(chat, text), text,
      h("button", { type: "submit", class: "send", "data-role": "send", "aria-label": t("send") }, icon(ICONS.send)));
    text.addEventListener("input", () => { this.drafts.set(chat.id, text.value); fit(text); });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(chat, text); });
    requestAnimationFrame(() => fit(text));
    return [this.answered(chat), form].filter(Boolean);
  }

  /** What will be answered, with a way out. */
  answered(chat) {
    if (this.answering?.chat !== chat.id) return null;
    const { name, short } = this.answering;
    const leave = button("×", () => this.noReply(chat), { class: "leave", "aria-label": t("noReply") });
    return h("div", { class: "answering" },
      h("span", { class: "quote" }, hiddenText(`${t("inReplyTo")} `), h("b", {}, name), h("span", {}, short)), leave);
  }

  async send(chat, text) {
    const words = text.value.trim();
    if (!words) return;
    text.value = "";
    this.drafts.delete(chat.id);
    fit(text);
    const answering = this.answering?.chat === chat.id ? this.answering.id : null;
    if (await this.panel.say(chat.id, words, answering)) {
      if (answering) this.noReply(chat);
      return;
    }
    if (text.value) return;
    text.value = words; // not sent: give it back
    fit(text);
  }

  commandMenu(chat, text) {
    const list = h("ul", { class: "commands", hidden: true });
    const close = () => { list.hidden = true; opener.setAttribute("aria-expanded", "false"); };
    const choose = (command) => { close(); text.focus(); this.panel.say(chat.id, `/${command}`); };
    const open = async () => {
      list.replaceChildren(...await this.commandItems(choose));
      list.hidden = false;
      opener.setAttribute("aria-expanded", "true");
      list.querySelector("button")?.focus();
    };
    const opener = button(icon(ICONS.slash), () => (list.hidden ? open() : close()), {
      class: "slash", "aria-label": t("commands"), "aria-expanded": "false",
    });
    const box = h("div", { class: "menu" }, opener, list);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) { close(); opener.focus(); }
      else if (["ArrowDown", "ArrowUp"].includes(event.key)) step(list, event);
    });
    box.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !box.contains(event.relatedTarget)) close();
    });
    document.addEventListener("pointerdown", (event) => { if (box.isConnected && !box.contains(event.target)) close(); });
    return box;
  }

  async commandItems(choose) {
    let commands = [];
    try {
      commands = await api.commands(this.panel.user.id);
    } catch (error) {
      failed(this.panel, error);
    }
    if (!commands.length) return [h("li", { class: "none" }, t("noCommands"))];
    return commands.map(({ command, description }) => h("li", {},
      h("button", { type: "button", onclick: () => choose(command) }, h("b", {}, `/${command}`), h("span", {}, description))));
  }
}

function step(list, event) {
  const items = [...list.querySelectorAll("button")];
  if (!items.length || list.hidden) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  items[(at + items.length) % items.length].focus();
}

function fit(text) {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight + 2, 140)}px`;
}
