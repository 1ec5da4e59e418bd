// The demo's page: three people side by side, or one at a time with a switcher.
import * as api from "./api.js";
import { listen } from "./events.js";
import { telegramLink } from "./links.js";
import { Panel } from "./panel.js";
import { language, number, setLanguage, supported, t, translate } from "./texts.js";
import { button, h, hiddenText } from "./ui.js";

const ORDER = ["creator", "follower", "admin"];
const TELEGRAM_LANGUAGE = { "zh-CN": "zh-hans", en: "en" };
const wide = matchMedia("(min-width: 1100px)");
const people = document.querySelector("#people");
const switcher = document.querySelector("#switcher");
const query = new URLSearchParams(location.search);
let panels = [];
let current = "creator";
let drawn = null;

const panelOf = (persona) => panels.find((panel) => panel.user.persona === persona);
const unreadOf = (panel) => [...panel.unread.values()].reduce((sum, n) => sum + n, 0);

function drawSwitcher() {
  const now = JSON.stringify([language(), current, panels.map((panel) => [panel.online, unreadOf(panel)])]);
  if (now === drawn) return;
  drawn = now;
  const focused = switcher.contains(document.activeElement);
  switcher.replaceChildren(...panels.map((panel) => {
    const { persona, name } = panel.user;
    const unread = unreadOf(panel);
    return h("button", {
      type: "button", role: "tab", id: `tab-${persona}`, "aria-controls": `person-${persona}`,
      "aria-selected": String(persona === current), tabindex: persona === current ? "0" : "-1",
      "data-switch": persona, onclick: () => choose(persona),
    }, h("b", {}, t(persona)), h("span", {}, panel.online ? name : t("connecting")),
    unread && persona !== current ? h("span", { class: "badge" }, number(unread), hiddenText(t("unread", { n: "" }))) : null);
  }));
  if (focused) switcher.querySelector("[aria-selected=true]")?.focus();
}

/** Lay out for the width of the window: all three, or the chosen one. */
function arrange() {
  switcher.hidden = wide.matches;
  for (const panel of panels) {
    panel.el.hidden = !wide.matches && panel.user.persona !== current;
    if (wide.matches) panel.el.removeAttribute("role");
    else panel.el.setAttribute("role", "tabpanel");
    if (!panel.el.hidden) panel.seen();
  }
  drawSwitcher();
}

function choose(persona) {
  current = persona;
  api.memory.set("persona", persona);
  arrange();
}

switcher.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const names = panels.map((panel) => panel.user.persona);
  choose(names[(names.indexOf(current) + by + names.length) % names.length]);
});

async function changeLanguage(tag) {
  setLanguage(tag);
  api.memory.set("language", tag);
  translate(document);
  await tellTelegram();
  drawSwitcher();
  await Promise.all(panels.map((panel) => panel.translate()));
}

/** The three people's Telegram speaks the page's language, and so does the bot to them. */
async function tellTelegram() {
  const wanted = TELEGRAM_LANGUAGE[language()];
  const others = panels.filter((panel) => panel.user.language !== wanted);
  await Promise.all(others.map(async (panel) => {
    await api.setUserLanguage(panel.user.id, wanted);
    panel.user.language = wanted;
  })).catch(() => {}); // the page is translated all the same
}

async function goStep(persona, kind, command) {
  const panel = panelOf(persona);
  const chat = panel?.chats.find((one) => (one.type === "private" ? "bot" : one.type) === kind);
  if (!chat) return;
  choose(persona);
  await panel.open(chat.id);
  panel.footer.propose(panel.chat, command);
}

/** ?open=<t.me link>: back from a pay page, to the person who went to pay. */
function openLink(address) {
  const link = telegramLink(address);
  const panel = panelOf(api.memory.get("payer")) ?? panelOf("follower");
  if (!link || !panel) return;
  choose(panel.user.persona);
  if (!panel.openTelegram(link) && panel.bot) panel.open(panel.bot.id, link.start);
}

function wire() {
  for (const el of document.querySelectorAll("[data-language]")) {
    el.addEventListener("click", () => changeLanguage(el.dataset.language));
  }
  for (const el of document.querySelectorAll("[data-step]")) {
    el.addEventListener("click", () => goStep(...el.dataset.step.split(":")));
  }
  const steps = document.querySelector("#steps");
  steps.open = api.memory.get("steps") !== "closed";
  steps.addEventListener("toggle", () => api.memory.set("steps", steps.open ? "open" : "closed"));
  wide.addEventListener("change", arrange);
}

function cleanAddress() {
  for (const key of ["open", "lang"]) query.delete(key);
  history.replaceState(null, "", location.pathname + (query.size ? `?${query}` : ""));
}

async function load() {
  const users = (await api.users()).filter((user) => ORDER.includes(user.persona));
  users.sort((a, b) => ORDER.indexOf(a.persona) - ORDER.indexOf(b.persona));
  panels = users.map((user) => new Panel(user, drawSwitcher));
  people.replaceChildren(...panels.map((panel) => panel.el));
  if (!panelOf(current)) current = panels[0].user.persona;
  arrange();
  await tellTelegram();
  await Promise.all(panels.map((panel) => panel.refresh()));
  const byId = (id) => panels.find((panel) => panel.user.id === id);
  listen(panels.map((panel) => panel.user.id),
    (id, change) => byId(id).changed(change), (id, online) => byId(id).setOnline(online));
}

async function main() {
  setLanguage(supported(query.get("lang")) ?? supported(api.memory.get("language")) ?? supported(navigator.language) ?? "en");
  if (query.has("lang")) api.memory.set("language", language());
  current = api.memory.get("persona") ?? "creator";
  translate(document);
  wire();
  const link = query.get("open");
  cleanAddress();
  try {
    await load();
  } catch {
    const again = button(t("retry"), () => location.reload(), { class: "primary" });
    people.replaceChildren(h("div", { class: "notice", role: "alert" }, h("p", {}, t("notReached")), again));
    return;
  }
  if (link) openLink(link);
}

main();
