// One person's little Telegram: their chats, the open one, and what they can write.
import * as api from "./api.js";
import { Footer } from "./footer.js";
import { hasInfo, showInfo } from "./info.js";
import { invoiceOf } from "./invoices.js";
import { telegramLink } from "./links.js";
import { MessageList } from "./messages.js";
import { language, number, t } from "./texts.js";
import { ICONS, avatar, button, failed, h, icon } from "./ui.js";

const ORDER = ["channel", "supergroup", "group", "private"];
/** Many chats on a narrow screen: the open one is never half hidden. */
function showOpen(tabs) {
  const open = tabs.querySelector("[aria-current]")?.getBoundingClientRect();
  const { left, right } = tabs.getBoundingClientRect();
  if (open?.right > right) tabs.scrollLeft += open.right - right;
  else if (open?.left < left) tabs.scrollLeft -= left - open.left;
}

const TINTS = { creator: 1, follower: 2, admin: 3 };

export class Panel {
  constructor(user, onNews) {
    this.user = user;
    this.onNews = onNews;
    this.chats = [];
    this.unread = new Map(); // chat id → how many
    this.openId = null;
    this.payload = null; // of a start link that waits for START
    this.online = true;
    this.turn = 0;
    this.timer = null;
    this.drawn = null;
    this.list = new MessageList(this);
    this.footer = new Footer(this);
    this.title = h("div", { class: "title" });
    this.tabs = h("nav", { class: "tabs" });
    this.notes = h("div", { class: "notes", role: "status" });
    this.list.el.append(this.notes);
    this.el = h("section", { class: "person", "data-persona": user.persona, id: `person-${user.persona}` },
      this.title, this.tabs, this.list.el, this.footer.el);
  }

  get chat() { return this.chats.find((chat) => chat.id === this.openId); }
  get bot() { return this.chats.find((chat) => chat.type === "private"); }
  get label() { return `${t(this.user.persona)} ${this.user.name}`; }

  /** Everything anew: at the start, after a lost connection, in another language. */
  async refresh() {
    try {
      await this.loadChats();
      if (!this.chat) this.openId = this.firstChat()?.id ?? null;
      await this.loadMessages();
    } catch (error) {
      failed(this, error);
    }
  }

  firstChat() {
    const remembered = this.chats.find((chat) => String(chat.id) === api.memory.get(`chat.${this.user.persona}`));
    const channel = this.chats.find((chat) => chat.type === "channel");
    return remembered ?? (this.user.persona === "follower" ? channel ?? this.bot : this.bot ?? channel);
  }

  async loadChats() {
    const chats = await api.chats(this.user.id);
    this.chats = chats.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type) || a.title.localeCompare(b.title));
    this.drawTop();
  }

  async loadMessages() {
    const id = this.openId;
    if (id === null) return;
    const turn = ++this.turn;
    const { chat, messages } = await api.messages(this.user.id, id, this.list.limit);
    if (turn !== this.turn) return; // a newer answer, or another chat, is on its way
    this.chats = this.chats.map((one) => (one.id === id ? chat : one));
    this.list.show(chat, messages);
    this.footer.show(chat, language());
    this.drawTop();
  }

  drawTop() {
    const now = JSON.stringify([language(), this.online, this.openId, this.chats, [...this.unread]]);
    if (now === this.drawn) return; // a button is never replaced under a finger without need
    this.drawn = now;
    this.el.setAttribute("aria-label", this.label);
    this.title.replaceChildren(avatar(this.user.name, TINTS[this.user.persona]),
      h("div", {}, h("h2", {}, this.user.name), h("p", {}, this.online ? t(this.user.persona) : t("connecting"))));
    const focused = this.tabs.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.tabs.setAttribute("aria-label", t("chatsOf", { name: this.user.name }));
    const tabs = h("div", { class: "tab-list" }, this.chats.map((chat) => this.drawTab(chat)));
    this.tabs.replaceChildren(...[tabs, this.drawMore()].filter(Boolean));
    if (focused) this.tabs.querySelector(`[data-key="${focused}"]`)?.focus();
    showOpen(tabs);
  }

  drawTab(chat) {
    const unread = this.unread.get(chat.id) ?? 0;
    const open = chat.id === this.openId;
    const about = unread && chat.last?.text ? chat.last.text : this.describe(chat);
    return h("button", {
      type: "button", class: "tab", "data-chat": chat.id, "data-key": chat.id,
      "aria-current": open ? "true" : null, onclick: () => this.open(chat.id),
    }, avatar(chat.title, chat.type === "private" ? 0 : 4),
    h("span", { class: "tab-text" }, h("b", {}, chat.title), h("span", {}, about)),
    unread ? h("span", { class: "badge", role: "img", "aria-label": t("unread", { n: unread }) }, number(unread)) : null);
  }

  describe(chat) {
    if (chat.type === "private") return t("bot");
    const kind = chat.type === "channel" ? "channel" : "group";
    if (!chat.members) return t(kind);
    return t(kind === "channel" ? "subscribers" : "members", { n: number(chat.members) });
  }

  drawMore() {
    const chat = this.chat;
    if (!chat || !hasInfo(chat)) return null;
    return button(icon(ICONS.more), () => showInfo(this, this.chat), {
      class: "more", "aria-label": `${t("more")}: ${chat.title}`, "data-key": "more", "data-role": "more",
    });
  }

  /** Open a chat, with what waits for START if a link brought us here. */
  async open(id, payload = null) {
    this.payload = payload;
    if (id !== this.openId) {
      this.openId = id;
      this.list.reset();
      this.notes.replaceChildren(); // what was said about another chat
      api.memory.set(`chat.${this.user.persona}`, id);
    }
    if (this.chat) this.footer.show(this.chat, language()); // at once, so that nothing is written into the chat before
    this.seen();
    try { await this.loadMessages(); } catch (error) { failed(this, error); }
  }

  seen() {
    if (this.openId !== null && !this.el.hidden) this.unread.delete(this.openId);
    this.onNews(this);
    this.drawTop();
  }

  isTelegram(address) {
    if (invoiceOf(address)) return true;
    const link = telegramLink(address ?? "");
    return Boolean(link && this.chats.some((chat) => chat.username?.toLowerCase() === link.name));
  }

  /** A t.me link, if it leads somewhere this person has. */
  openTelegram(link) {
    const target = this.chats.find((chat) => chat.username?.toLowerCase() === link.name);
    if (!target) return false;
    const mine = this.chats.find((chat) => chat.type !== "private" && chat.is_admin);
    if (link.add && mine) this.open(mine.id).then(() => showInfo(this, this.chat));
    else this.open(target.id, target.type === "private" ? link.start : null).then(() => this.footer.focus());
    return true;
  }

  async start(payload) {
    if (await this.say(this.openId, payload ? `/start ${payload}` : "/start")) {
      this.payload = null;
      await this.refresh();
      this.footer.focus();
    }
  }

  async say(chat, text, replyTo = null) {
    this.list.stick = true;
    try {
      await api.send(this.user.id, chat, text, replyTo);
      await this.loadMessages();
      return true;
    } catch (error) {
      failed(this, error);
      return false;
    }
  }

  /** Something changed on the server; many changes at once make one fetch. */
  changed({ chat, kind }) {
    const id = chat === this.user.id && this.bot ? this.bot.id : chat;
    const looking = id === this.openId && !this.el.hidden;
    if (kind === "new" && !looking) this.unread.set(id, (this.unread.get(id) ?? 0) + 1);
    this.onNews(this);
    this.refreshSoon();
  }

  refreshSoon() {
    this.timer ??= setTimeout(() => { this.timer = null; this.refresh(); }, 60);
  }

  setOnline(online) {
    this.online = online;
    this.onNews(this);
    this.drawTop();
    if (online) this.refreshSoon(); // what was missed meanwhile
  }

  translate() {
    this.list.reset();
    return this.refresh();
  }
}
