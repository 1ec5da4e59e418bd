# 群：加入与开启、回复 /tip、讨论群里的按钮、群升级。

button-add-bot-group = 把我加进群
button-open-private = 去私聊
command-tip = 回复一条消息，为它捐一点：/tip 5

group-can =
    在群里，回复一条消息发 /tip 或 /tip 5，就能为它捐一点。
    每条消息我只回一条，之后只改不刷屏；付款都在私聊里。
    你不用经手钱：赞赏 100% 计入你选的项目。
group-ready = 在群里不用别的权限，选个项目就能开启。
group-ready-on = 公益赞赏已开启，100% 捐给 <b>{ $project }</b>。
group-ready-back = 我回来了，设置都还在：公益赞赏开着，100% 捐给 <b>{ $project }</b>。
group-nice-delete = 小建议：给我「删除消息」的权限，没成功的命令我会顺手清掉；不给也能用。
bot-lacks-member = 还差一步：把我加进群。
bot-lacks-send-messages = 还差一项权限：请让我能在群里发消息。
group-removed = 我已离开 <b>{ $chat }</b>，那里暂时不能赞赏，已收到的赞赏不受影响。把我加回去，设置还在。
group-upgraded = <b>{ $chat }</b> 升级成了超级群。项目、设置和总数都跟过来了，什么都不用做；升级前的消息上的按钮不会再动，新的消息照常。

group-card-paused =
    <b>{ $chat }</b>
    公益赞赏暂停了：我不在群里。把我加回去就能继续，100% 捐给 <b>{ $project }</b>。不想再用，就点「关闭」。
group-card-resting =
    <b>{ $chat }</b>
    公益赞赏暂停中，捐给 <b>{ $project }</b>。已有的计数都留着，点「恢复」就继续。
group-paused = <b>{ $chat }</b> 的公益赞赏暂停了。已有的计数都留着，项目和金额也记着，随时可以恢复。
group-resumed =
    <b>恢复了 ❤</b>
    在 { $chat } 里又可以回复 /tip 了，100% 捐给 <b>{ $project }</b>。
group-confirm = 开启后，<b>{ $chat }</b> 里的人回复一条消息发 /tip，就能为它捐一点，100% 捐给这个项目。之前的赞赏不变。
group-on =
    <b>开启了 ❤</b>
    从现在起，在 { $chat } 里回复一条消息发 /tip 或 /tip 5，100% 捐给 <b>{ $project }</b>。

    去试一条吧。
group-off = 已关闭 <b>{ $chat }</b> 的公益赞赏，已收到的赞赏都会用在项目上。

group-charity = 这个群的设置在私聊里，点下面打开。
group-charity-anonymous = 你现在是匿名的，我看不到你是谁。点下面到私聊里设置，那里我会确认你是管理员。
group-pay = <b>{ $amount }</b> 给「{ $project }」，在私聊里付款。改主意了也没关系。
group-unknown-command = 在群里我只懂三句：回复一条消息发 /tip 5，看榜单的 /ranking，还有管理员的 /charity。别的我们私聊里说。
tip-in-private = /tip 要到群里用：回复一条消息，发 /tip 或 /tip 5。在这里可以直接挑一个项目：
one-at-a-time-group = 慢一点，前面几条还没处理完，这一条我先不收。过一会儿再发一次就好。
group-tip-nobody = 你现在不是用自己的身份说话，我不知道这 { $amount } 该记在谁名下。点我放的金额按钮，或者去私聊里给。
group-tipping-paused = { $chat } 的公益赞赏暂停中，没有扣款。它支持的「{ $project }」还在，可以去私聊里直接捐给它。

carrier-none = ❤ 100% 给「{ $project }」
carrier = ❤ { $donors } 人 · { $given } 给「{ $project }」
carrier-author = 谢谢 { $author }
carrier-how = 点金额就能捐；要付款、看项目，点 ❤。

discussion-none = <b>{ $chat }</b> 里有的帖子放不了按钮（相册、转发的、自带按钮的，或者我没有「编辑消息」的权限）。给频道设一个讨论群，把我加进去并设为管理员，按钮就会出现在讨论区。
discussion-not-in = <b>{ $chat }</b> 里有的帖子放不了按钮，可以放在讨论区：请把我加进讨论群，并设为管理员（不用勾任何权限），这样我才看得到新帖子。
discussion-blind = <b>{ $chat }</b> 里有的帖子放不了按钮，可以放在讨论区。我已经在讨论群里，但看不到新帖子：请把我设为管理员，不用勾任何权限。
