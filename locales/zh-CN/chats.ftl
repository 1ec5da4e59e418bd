# 博主的频道：暂停与恢复、按钮金额、找到自己也在管理的频道。

bot-found-again = 之前的设置都还在：赞赏 100% 捐给 <b>{ $project }</b>。
bot-ready-paused = 权限齐了。公益赞赏还在暂停，点「恢复」就继续。

chats-line-resting = ‖ { $chat } · 已暂停
chats-line-orphaned = ‖ { $chat } · 已暂停，等人接手
chats-line-project = 捐给 { $project }
chats-line-given = { $donors } 人 · { $given }
chats-run-by = 由 { $name } 负责
chat-card-resting =
    <b>{ $chat }</b>
    公益赞赏暂停中，捐给 <b>{ $project }</b>。旧帖子保留计数，新帖子不带按钮，点「恢复」就继续。
chat-card-orphaned =
    <b>{ $chat }</b>
    公益赞赏暂停了：负责的博主已不再管理这里。这里的管理员可以接手，继续捐给 <b>{ $project }</b>。
chat-card-given = 至今 { $donors } 人，<b>{ $given }</b>
chat-card-presets = 按钮金额：{ $amounts }
chat-paused = <b>{ $chat }</b> 的公益赞赏暂停了。旧帖子保留计数，新帖子不带按钮；项目和金额都记着，随时可以恢复。
chat-resumed =
    <b>恢复了 ❤</b>
    { $chat } 的新帖子又会带上赞赏按钮，100% 捐给 <b>{ $project }</b>。

presets-ask =
    <b>{ $chat }</b> 的帖子下现在是 { $amounts }。

    想换成哪几个？选一组，或者直接发一到三个数字，比如 <code>1 5 10</code>（{ $least } 到 { $most }）。「其他」按钮一直都在。
group-presets-ask =
    在 <b>{ $chat }</b> 里，赞赏一条消息时可选 { $amounts }。

    想换成哪几个？选一组，或者直接发一到三个数字，比如 <code>1 5 10</code>（{ $least } 到 { $most }）。「其他」按钮一直都在。
group-presets-set = 好了，以后在 <b>{ $chat }</b> 里可选 { $amounts }。最近的也会跟着换。
presets-set = 好了，<b>{ $chat }</b> 的新帖子会放 { $amounts }。最近的帖子也会跟着换。

chat-find =
    你管理的频道或群不在这里？转发一条它的帖子给我，或者发它的 @用户名 或链接。

    我会问 Telegram 你现在是不是它的管理员。
chat-found = 找到了，以后它也在「我的频道和群」里。

button-chat-find = 我要找的不在这里
button-chat-paused = ‖ { $chat }
button-presets = 按钮金额
button-presets-usual = 用默认金额
button-pause = 暂停
button-resume = 恢复

tipping-paused = { $chat } 的公益赞赏暂停中，没有扣款。
error-tipping-paused = { tipping-paused }发 /give 可以直接挑一个项目。
error-presets-not-understood = 请发一到三个金额，用空格隔开，比如 1 5 10，每个在 { $least } 到 { $most } 之间。
error-chat-not-yours = 没有找到：要么我不在那里，要么你现在不是它的管理员。检查一下，再发一次。
