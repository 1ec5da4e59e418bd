// What a message shows beside its words: what it answers, pictures, files, invoices, what happened, reactions.
import { money, number, t } from "./texts.js";
import { h, hiddenText } from "./ui.js";

/** Above the words: where it comes from and what it answers. */
export function head(message) {
  const { reply_to: reply, forwarded_from: from } = message;
  return [
    message.ephemeral ? h("span", { class: "note" }, t("onlyYou")) : null,
    from ? h("span", { class: "note" }, t(message.automatic ? "fromChannel" : "forwarded", { name: from })) : null,
    message.via ? h("span", { class: "note" }, t("via", { name: message.via })) : null,
    reply ? h("span", { class: "quote" }, hiddenText(`${t("inReplyTo")} `), h("b", {}, reply.name ?? ""), h("span", {}, preview(reply))) : null,
    message.media ? media(message.media) : null,
    message.invoice ? invoice(message.invoice) : null,
  ].filter(Boolean);
}

/** Below the words. */
export function reactions(message) {
  const given = Object.entries(message.reactions ?? {});
  if (!given.length) return null;
  return h("span", { class: "reactions", role: "group", "aria-label": t("reactions") },
    given.map(([emoji, count]) => h("span", {}, `${emoji} ${number(count)}`)));
}

/** What happened in the chat, in one line; null for what people and bots say. */
export function notice(message) {
  const { service } = message;
  if (!service) return null;
  const names = service.names.join(t("listSeparator"));
  const sum = service.currency ? money(service.total_amount, service.currency) : "";
  return t(`service_${service.kind}`, { who: message.from?.name ?? "", names, title: service.title ?? "", sum });
}

/** One line for a message somebody answers. */
export function preview({ text, media: kind }) {
  if (text) return text;
  if (kind) return t(`media_${kind}`);
  return t(text === null ? "gone" : "noWords");
}

function media({ kind, url, emoji, width, height, file_name: name }) {
  if (kind === "photo") return h("img", { class: "photo", src: url, alt: t("media_photo"), width, height, loading: "lazy" });
  if (kind === "sticker") return h("span", { class: "sticker", role: "img", "aria-label": `${t("media_sticker")} ${emoji ?? ""}` }, emoji ?? "▢");
  return h("a", { class: "file", href: url, download: name ?? "" }, `📄 ${name ?? t("media_document")}`);
}

function invoice({ title, description, currency, total_amount: total }) {
  return h("span", { class: "invoice" }, h("b", {}, title), h("span", {}, description), h("span", { class: "sum" }, money(total, currency)));
}
