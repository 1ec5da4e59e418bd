# 博主：加入频道、开启与关闭、选项目、数据。

bot-added = 我已加入 <b>{ $chat }</b>，谢谢你！
bot-can =
    我会：在每条新帖子下放一排公益赞赏按钮。
    我不会：改你写的字、在频道里说话。
    你不用经手钱：赞赏 100% 计入你选的项目。
bot-ready = 权限齐了，选个项目就能开启。
bot-ready-on = 权限齐了，公益赞赏已开启。
bot-lacks-administrator = 还差一步：请把我设为管理员，并打开「编辑消息」。
bot-lacks-edit-messages = 还差一项权限：请打开「编辑消息」，不然我没法在帖子下放按钮。
bot-removed = 我已离开 <b>{ $chat }</b>，新帖子不再有赞赏按钮，已收到的赞赏不受影响。把我加回去，设置还在。

chats-none =
    你还没有把我加进频道。三步就好：

    1. 点下面的按钮，选你的频道，或者在频道的「管理员」里添加 { $bot }
    2. 留着「编辑消息」这项权限
    3. 我会在这里告诉你下一步
chats-list = <b>我的频道和群</b>
chats-line-on = ● { $chat } · 已开启
chats-line-paused = ◌ { $chat } · 暂停，我不在里面
chats-line-off = ○ { $chat } · 未开启
chats-pick = 哪一个？

chat-card-on =
    <b>{ $chat }</b>
    公益赞赏已开启，100% 捐给 <b>{ $project }</b>。
chat-card-paused =
    <b>{ $chat }</b>
    公益赞赏暂停了：我不在频道里。把我加回去，新帖子就又会带上按钮，100% 捐给 <b>{ $project }</b>。不想再用，就点「关闭」。
chat-card-off =
    <b>{ $chat }</b>
    公益赞赏未开启。
chat-choose = 为 <b>{ $chat }</b> 选一个公益项目：
chat-confirm = 开启后，<b>{ $chat }</b> 的每条新帖子都会带上赞赏按钮，100% 捐给这个项目。旧帖子和已有的赞赏不变。
chat-on =
    <b>开启了 ❤</b>
    从现在起，{ $chat } 的每条新帖子都会带上赞赏按钮，100% 捐给 <b>{ $project }</b>。

    去发一条试试吧。
chat-off = 已关闭 <b>{ $chat }</b> 的公益赞赏。新帖子不再带按钮，已收到的赞赏都会用在项目上。
button-chat-on = ● { $chat }
button-chat-off = ○ { $chat }
button-tipping-on = 开启公益赞赏
button-tipping-off = 关闭
button-change-project = 换项目
button-stats = 看数据
button-my-chats = 我的频道和群
button-confirm-on = 就选它，开启

stats-title = <b>{ $chat }</b> 的公益赞赏
stats-today = 今天：{ $donors } 人 · { $gifts } 笔 · <b>{ $given }</b>
stats-week = 本周：{ $donors } 人 · { $gifts } 笔 · <b>{ $given }</b>
stats-month = 本月：{ $donors } 人 · { $gifts } 笔 · <b>{ $given }</b>
stats-ever = 总计：{ $donors } 人 · { $gifts } 笔 · <b>{ $given }</b>
stats-top = <b>最打动人的帖子</b>
stats-post = { $place }. { $post } · { $donors } 人 · { $given }
stats-post-untitled = 帖子
group-stats-top = <b>最打动人的消息</b>
group-stats-post-untitled = 消息
group-stats-none = 还没有人赞赏。回复一条消息发 /tip，第一笔就从这里开始。
stats-none = 还没有人赞赏。新帖子下的按钮会等着他们。

digest =
    <b>{ $chat }</b> 收到了公益赞赏 ❤
    { $donors } 位粉丝，共 <b>{ $given }</b>，100% 计入 { $project }。
digest-projects = { $count } 个项目
digest-since = 从 { $since } 到现在
digest-names = 谢谢：{ $names }
digest-ever = 至今 { $donors } 人，{ $given }。
digest-name = { $name } { $amount }
digest-name-alone = { $name }
