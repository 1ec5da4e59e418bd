// Every word of the page, in both languages.

const zh = {
  title: "益赞 演示",
  demo: "演示模式 · 不会真实扣款",
  language: "语言",
  firstSteps: "第一次来？六步看懂",
  step1: "博主：开启公益赞赏",
  step2: "博主：在频道发一条",
  step3: "粉丝：点 ¥1",
  step4: "付款，看计数变化",
  step5: "粉丝：看小账本 /tab",
  step6: "运营：处理退款 /refunds",
  personas: "三个人",
  creator: "博主",
  follower: "粉丝",
  admin: "运营",
  chatsOf: "{name}的聊天",
  messagesIn: "{title}：聊天记录",
  subscribers: "{n} 位订阅者",
  members: "{n} 位成员",
  channel: "频道",
  group: "群组",
  bot: "机器人",
  unread: "{n} 条未读",
  you: "你",
  edited: "已编辑",
  today: "今天",
  yesterday: "昨天",
  earlier: "更早的消息",
  toBottom: "回到最新",
  empty: "还没有消息",
  connecting: "连接中…",
  notReached: "连不上演示服务器。它还在运行吗？",
  retry: "再试一次",
  start: "开始",
  startTitle: "这是什么？",
  startText: "益赞把打赏变成善款：每一分都到公益项目，每一笔都查得到。点「开始」和它说话。",
  startLink: "你点的链接要从这里继续，请按「开始」。",
  blockedText: "你已停用这个机器人，它不能给你发消息。",
  unblock: "重新启用",
  block: "停用机器人",
  blockHint: "停用后，它不能再给你发消息。",
  readOnly: "只读频道，只有管理员能发言",
  write: "输入消息",
  broadcast: "广播…",
  send: "发送",
  commands: "命令菜单",
  noCommands: "机器人还没有登记命令",
  noAnswer: "机器人没有回应",
  opensNew: "在新窗口打开",
  openLink: "打开链接",
  ok: "好",
  close: "关闭",
  more: "关于这个聊天",
  botHere: "机器人在这里的身份",
  bot_administrator: "管理员",
  bot_member: "成员",
  bot_left: "不在这里",
  bot_kicked: "已被移出",
  rights: "给它的权限",
  can_post_messages: "发消息",
  can_edit_messages: "编辑消息",
  can_delete_messages: "删除消息",
  makeAdmin: "设为管理员",
  saveRights: "保存权限",
  removeBot: "移出机器人",
  can_pin_messages: "置顶消息",
  addBot: "把机器人加进来",
  spoiler: "隐藏的内容，点一下显示",
  reply: "回复",
  replyTo: "回复 {name}：{text}",
  inReplyTo: "回复",
  noReply: "不回复了",
  onlyYou: "只有你看得到",
  forwarded: "转自 {name}",
  fromChannel: "来自频道 {name}",
  via: "通过 @{name}",
  gone: "消息已删除",
  noWords: "（没有文字）",
  media_photo: "图片",
  media_sticker: "贴纸",
  media_document: "文件",
  reactions: "表情回应",
  paid: "付好了（演示，没有真的扣款）",
  payInvoice: "支付 {sum}",
  stars: "⭐ {n}",
  listSeparator: "、",
  service_new_chat_members: "{names} 加入了",
  service_left_chat_member: "{names} 离开了",
  service_new_chat_title: "群名改成了「{title}」",
  service_group_chat_created: "{who} 建了这个群",
  service_supergroup_chat_created: "{who} 建了这个群",
  service_channel_chat_created: "频道建好了",
  service_migrate_to_chat_id: "这个群升级成了超级群",
  service_migrate_from_chat_id: "这个群升级成了超级群",
  service_pinned_message: "{who} 置顶了一条消息",
  service_successful_payment: "付了 {sum}",
  service_refunded_payment: "退了 {sum}",
};

const en = {
  title: "Yizan demo",
  demo: "Demo mode · no real money",
  language: "Language",
  firstSteps: "New here? Six steps",
  step1: "Creator: switch on tips",
  step2: "Creator: post",
  step3: "Follower: tap ¥1",
  step4: "Pay, see it counted",
  step5: "Follower: the tab, /tab",
  step6: "Admin: /refunds",
  personas: "Three people",
  creator: "Creator",
  follower: "Follower",
  admin: "Admin",
  chatsOf: "Chats of {name}",
  messagesIn: "{title}: messages",
  subscribers: "{n} subscribers",
  members: "{n} members",
  channel: "channel",
  group: "group",
  bot: "bot",
  unread: "{n} unread",
  you: "You",
  edited: "edited",
  today: "Today",
  yesterday: "Yesterday",
  earlier: "Earlier messages",
  toBottom: "Go to the latest",
  empty: "No messages yet",
  connecting: "Connecting…",
  notReached: "The demo server can't be reached. Is it still running?",
  retry: "Try again",
  start: "START",
  startTitle: "What can this bot do?",
  startText: "Yizan turns a tip into a gift: every cent is credited to a charity project, and every gift can be traced. Press START to talk to it.",
  startLink: "The link you opened goes on here: press START.",
  blockedText: "You blocked this bot. It can't write to you.",
  unblock: "Unblock",
  block: "Block the bot",
  blockHint: "A blocked bot can't write to you any more.",
  readOnly: "You can read this channel; only its admins post",
  write: "Message",
  broadcast: "Broadcast…",
  send: "Send",
  commands: "Command menu",
  noCommands: "The bot has no commands yet",
  noAnswer: "The bot did not answer",
  opensNew: "opens in a new window",
  openLink: "Open the link",
  ok: "OK",
  close: "Close",
  more: "About this chat",
  botHere: "The bot in this chat",
  bot_administrator: "administrator",
  bot_member: "member",
  bot_left: "not here",
  bot_kicked: "removed",
  rights: "It may",
  can_post_messages: "post messages",
  can_edit_messages: "edit messages",
  can_delete_messages: "delete messages",
  makeAdmin: "Make administrator",
  saveRights: "Save rights",
  removeBot: "Remove the bot",
  can_pin_messages: "pin messages",
  addBot: "Add the bot",
  spoiler: "Hidden text, press to show",
  reply: "Reply",
  replyTo: "Reply to {name}: {text}",
  inReplyTo: "In reply to",
  noReply: "Don't reply",
  onlyYou: "Only you can see this",
  forwarded: "Forwarded from {name}",
  fromChannel: "From the channel {name}",
  via: "via @{name}",
  gone: "Deleted message",
  noWords: "(no words)",
  media_photo: "Photo",
  media_sticker: "Sticker",
  media_document: "File",
  reactions: "Reactions",
  paid: "Paid (demo, no real money)",
  payInvoice: "Pay {sum}",
  stars: "⭐ {n}",
  listSeparator: ", ",
  service_new_chat_members: "{names} joined",
  service_left_chat_member: "{names} left",
  service_new_chat_title: "The group is called “{title}” now",
  service_group_chat_created: "{who} made this group",
  service_supergroup_chat_created: "{who} made this group",
  service_channel_chat_created: "The channel was made",
  service_migrate_to_chat_id: "This group became a supergroup",
  service_migrate_from_chat_id: "This group became a supergroup",
  service_pinned_message: "{who} pinned a message",
  service_successful_payment: "Paid {sum}",
  service_refunded_payment: "Refunded {sum}",
};

const TEXTS = { "zh-CN": zh, en };
let current = "zh-CN";

export const supported = (tag) => (/^zh/i.test(tag ?? "") ? "zh-CN" : /^en/i.test(tag ?? "") ? "en" : null);
export const language = () => current;
export const setLanguage = (tag) => { current = tag; };
export const number = (n) => new Intl.NumberFormat(current).format(n);

/** A sum in the currency's smallest unit; Stars are no currency a browser knows. */
export function money(minor, currency) {
  if (currency === "XTR") return t("stars", { n: number(minor) });
  const format = new Intl.NumberFormat(current, { style: "currency", currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

export function t(key, values = {}) {
  return TEXTS[current][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function clock(seconds) {
  return new Intl.DateTimeFormat(current, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    .format(new Date(seconds * 1000));
}

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate());
  const ago = Math.round((midnight(new Date()) - midnight(date)) / 86400000);
  if (ago === 0) return t("today");
  if (ago === 1) return t("yesterday");
  return new Intl.DateTimeFormat(current, { month: "long", day: "numeric" }).format(date);
}

/** Put the current language on everything in the page's own markup. */
export function translate(root) {
  document.documentElement.lang = current;
  document.title = t("title");
  for (const el of root.querySelectorAll("[data-t]")) el.textContent = t(el.dataset.t);
  for (const el of root.querySelectorAll("[data-t-label]")) el.setAttribute("aria-label", t(el.dataset.tLabel));
  for (const el of root.querySelectorAll("[data-language]")) {
    el.setAttribute("aria-pressed", String(el.dataset.language === current));
  }
}
