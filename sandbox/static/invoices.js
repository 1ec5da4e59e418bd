// Invoices opened by a link, as Telegram does: what is to be paid, and a button that pays.
import * as api from "./api.js";
import { money, t } from "./texts.js";
import { button, dialog, failed, h, toast } from "./ui.js";

/** The name of an invoice in https://t.me/$name; null for any other address. */
export function invoiceOf(address) {
  const found = /^https?:\/\/t\.me\/\$([\w-]+)$/.exec(address ?? "");
  return found ? found[1] : null;
}

/** Show it; the bot has the last word, when it is asked. */
export async function openInvoice(panel, slug) {
  try {
    const { title, description, currency, total_amount: total } = (await api.invoice(panel.user.id, slug)).invoice;
    const pay = button(t("payInvoice", { sum: money(total, currency) }), async () => {
      pay.disabled = true;
      try {
        bought(panel, await api.purchaseByLink(panel.user.id, slug));
      } catch (error) {
        if (error.name === "TimeoutError") toast(panel, t("noAnswer"));
        else failed(panel, error);
      } finally {
        pay.closest("dialog")?.close();
      }
    }, { class: "big", "data-role": "pay-invoice" });
    const body = h("div", { class: "invoice" }, h("b", {}, title), h("span", {}, description), pay);
    await dialog(panel, body, { class: "dialog", closeLabel: "close", "data-role": "invoice" });
  } catch (error) {
    failed(panel, error);
  }
}

/** What became of a purchase. */
export function bought(panel, result) {
  if (result.paid) toast(panel, t("paid"));
  else toast(panel, result.answered ? result.error : t("noAnswer"));
}
