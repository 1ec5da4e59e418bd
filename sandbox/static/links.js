// Where links lead: Telegram's own stay in the page, the rest opens in a new tab.
import { memory } from "./api.js";
import { invoiceOf, openInvoice } from "./invoices.js";
import { t } from "./texts.js";
import { h, hiddenText, toast } from "./ui.js";

/** https://t.me/name?start=payload, taken apart; null for any other address. */
export function telegramLink(address) {
  let url;
  try { url = new URL(address, location.href); } catch { return null; }
  const query = url.searchParams;
  let name = null;
  if (["t.me", "telegram.me"].includes(url.hostname)) name = url.pathname.split("/")[1];
  if (url.protocol === "tg:" && url.href.startsWith("tg://resolve")) name = query.get("domain");
  if (!name) return null;
  return { name: name.toLowerCase(), start: query.get("start"), add: query.has("startchannel") || query.has("startgroup") };
}

const isPayPage = (address) => new URL(address, location.href).pathname.startsWith("/pay/");

/** Follow a link as this person. `direct`: within the click itself, so the browser lets us open a tab. */
export function follow(panel, address, direct = true) {
  const invoice = invoiceOf(address);
  if (invoice) {
    openInvoice(panel, invoice);
    return;
  }
  const telegram = telegramLink(address);
  if (telegram && panel.openTelegram(telegram)) return;
  if (!/^https?:/i.test(new URL(address, location.href).protocol)) return;
  if (isPayPage(address)) memory.set("payer", panel.user.persona);
  if (direct || navigator.userActivation?.isActive) {
    window.open(address, "_blank", "noopener,noreferrer");
    return;
  }
  toast(panel, h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, t("openLink")));
}

/** Links and hidden text inside a message's HTML. */
export function enliven(panel, body) {
  for (const link of body.querySelectorAll("a[href]")) {
    const telegram = telegramLink(link.href);
    if (!telegram) link.target = "_blank";
    link.addEventListener("click", (event) => {
      if (isPayPage(link.href)) memory.set("payer", panel.user.persona);
      if (invoiceOf(link.href)) {
        event.preventDefault();
        openInvoice(panel, invoiceOf(link.href));
        return;
      }
      if (telegram && panel.openTelegram(telegram)) event.preventDefault();
    });
  }
  for (const secret of body.querySelectorAll("tg-spoiler")) hide(secret);
}

/** Hidden text: covered by a button until it is pressed. */
function hide(secret) {
  const inside = [...secret.childNodes];
  const width = Math.min(12, Math.max(3, secret.textContent.length));
  const show = h("button", { type: "button", class: "secret" }, hiddenText(t("spoiler")),
    h("span", { "aria-hidden": "true" }, "░".repeat(width)));
  show.addEventListener("click", () => { secret.replaceChildren(...inside); });
  secret.replaceChildren(show);
}
