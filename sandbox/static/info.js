// The "about this chat" window: the bot's place in a channel or group, or blocking it.
import * as api from "./api.js";
import { t } from "./texts.js";
import { button, dialog, failed, h, reason } from "./ui.js";

const CHANNEL_RIGHTS = ["can_post_messages", "can_edit_messages", "can_delete_messages"];
const GROUP_RIGHTS = ["can_delete_messages", "can_pin_messages"];

/** Whether there is anything to set for this person in this chat. */
export const hasInfo = (chat) => (chat.type === "private" ? chat.started && !chat.blocked : chat.is_admin);

export function showInfo(panel, chat) {
  const body = h("div", { class: "info" });
  const draw = (now, problem) => body.replaceChildren(
    h("h3", {}, now.title), ...(now.type === "private" ? blockPart(panel) : botPart(panel, now, draw)),
    h("p", { class: "problem", role: "alert" }, problem));
  draw(chat);
  return dialog(panel, body, { closeLabel: "close" });
}

function blockPart(panel) {
  const block = button(t("block"), async (event) => {
    try { await api.setBlocked(panel.user.id, true); } catch (error) { failed(panel, error); }
    event.target.closest("dialog").close();
    await panel.refresh();
  }, { class: "danger" });
  return [h("p", {}, t("blockHint")), block];
}

function botPart(panel, chat, draw) {
  const names = chat.type === "channel" ? CHANNEL_RIGHTS : GROUP_RIGHTS;
  const boxes = names.map((right) => h("input", { type: "checkbox", name: right, checked: true }));
  const change = async (status, rights) => {
    let problem = null;
    try {
      await api.setMember(panel.user.id, chat.id, { user: panel.bot.id, status, ...(rights && { rights }) });
    } catch (error) {
      problem = reason(error);
    }
    await panel.refresh();
    draw(panel.chats.find((one) => one.id === chat.id) ?? chat, problem);
  };
  const isAdmin = chat.bot === "administrator";
  const isHere = isAdmin || chat.bot === "member";
  const rights = () => Object.fromEntries(boxes.map((box) => [box.name, box.checked]));
  return [
    h("p", { class: "state", role: "status" }, `${t("botHere")}: `, h("b", {}, t(`bot_${chat.bot ?? "left"}`))),
    h("fieldset", {}, h("legend", {}, t("rights")), boxes.map((box) => h("label", {}, box, t(box.name)))),
    button(t(isAdmin ? "saveRights" : "makeAdmin"), () => change("administrator", rights()), { class: "primary" }),
    !isHere && chat.type !== "channel" ? button(t("addBot"), () => change("member")) : null,
    isHere ? button(t("removeBot"), () => change("kicked"), { class: "danger" }) : null,
  ].filter(Boolean);
}
