# 榜单（V赞赏力）：谁带动了多少人，按周、按月；谁愿意上榜；以及公开的感谢。

command-ranking = V赞赏力：谁带动的人最多
button-ranking = V赞赏力榜
button-ranking-page = 看完整榜单
button-ranking-week-0 = 本周
button-ranking-week-1 = 上周
button-ranking-month-0 = 本月
button-ranking-month-1 = 上月
button-ranking-me = 让我和我的公开频道、群组上榜
button-ranking-me-donor = 让我上榜

ranking-board-creators = 博主
ranking-board-projects = 项目
ranking-board-chats = 频道和群
ranking-board-donors = 捐赠人
ranking-head =
    <b>V赞赏力 · { $board }</b>
    { $since } – { $until }
ranking-line = { $place }. { $name } · <b>{ $points }</b> 分 · { $donors } 人 · { $gifts } 笔
ranking-line-donor = { $place }. { $name } · <b>{ $points }</b> 分 · { $donors } 天 · { $gifts } 笔
ranking-refunded = （此后退了 { $count } 笔）
ranking-nameless = 一位爱心人士
ranking-more = ……还有 { $count } 位，见完整榜单
ranking-none = 榜上还没有人。只有自己愿意的才会上榜。
ranking-uncounted = 还在数，过一分钟再来看。
ranking-own = 你：第 { $place } 名，{ $points } 分。
ranking-own-hidden = 你有 { $points } 分，上榜的话是第 { $place } 名。你不打开下面的按钮，就只有你自己看得到。
ranking-how = 怎么算：每带动一个人 10 分，他每多捐一笔加 2 分；在这里头一回捐，加 5 分；上一期也捐过，加 5 分。一个人最多 20 分，捐多捐少都一样。
ranking-how-donors = 怎么算：有捐赠的日子每天 10 分，每笔 1 分，一天最多 5 笔。只算显示名字的捐赠，捐多捐少都一样。
ranking-closed = 这一期已经封榜，不再变动。
ranking-shown = 好，从现在起你会上榜。再点一下就撤下。
ranking-hidden = 好，你的名字撤下了，以前的榜单也撤了。
ranking-group = 这里本周：{ $donors } 人 · { $gifts } 笔 · { $new } 人头一回捐 · <b>{ $points }</b> 分 ❤
ranking-group-place = 第 { $place } 名，共 { $total } 个
ranking-group-none = 这里本周还没有人捐。回复一条消息发 /tip 1，来当第一个 ❤

## 公开的感谢

button-thanks-post = 在频道里感谢大家
button-thanks-post-group = 在群里感谢大家
button-thanks-post-send = 就这样，发布
button-thanks-post-own = 换成我的话

thanks-post-ask = 把想说的话发给我，最多 { $most } 个字。名字会写在下面，发布之前先给你看。
thanks-post-preview = 下面这条会发在 <b>{ $chat }</b>。你不点发布，谁都看不到。
thanks-post-changed = 刚才有了变化：有人收回了名字，或者退了捐赠。请再看一眼。
thanks-post-words = 谢谢大家 ❤
thanks-post-people = 最近有 { $donors } 位朋友在这里捐给了<b>{ $project }</b>。
thanks-post-people-several = 最近有 { $donors } 位朋友在这里捐给了 { $count } 个项目。
thanks-post-names = 感谢 { $names }
thanks-post-names-more = 感谢 { $names }，以及另外 { $more } 位留名的朋友
thanks-post-quiet = 也感谢 { $quiet } 位没有留名的朋友。
thanks-post-quiet-alone = 感谢每一位没有留名的朋友。
thanks-post-sent = 发出去了 ❤
thanks-post-refused = Telegram 没让它发到 { $chat }，什么都没发布。请看看我有没有发消息的权限，再试一次。
thanks-post-unknown = 上一条感谢有没有发到 { $chat }，我不确定：Telegram 没有回音。请先去看看，我不会自己再发一遍。

## 网页

web-rankings-title = V赞赏力榜 { $since } – { $until }
web-rankings-lead = 谁的号召带动了多少人。看的是人，不是钱：一元和一千元一样算。
web-rankings-counted = { $at } 统计。
web-rankings-closed = { $at } 封榜，不再变动；封榜之后退回的捐赠注在旁边。
web-rankings-uncounted = 还在统计，过一分钟再来看。
web-rankings-place = 名次
web-rankings-name = 名字
web-rankings-points = 分
web-rankings-people = 人数
web-rankings-days = 天数
web-rankings-gifts = 笔数
web-rankings-new = 头一回
web-rankings-again = 又来了
web-rankings-refunded = 此后退回 { $count } 笔
web-rankings-more = ……还有 { $count } 位。
web-rankings-how = 分数怎么来
web-rankings-how-first = 每带动一个人，{ $points } 分。
web-rankings-how-further = 这个人每多捐一笔，加 { $points } 分，算到第 { $counted } 笔。
web-rankings-how-new = 这是他在这里的头一笔捐赠，加 { $points } 分。
web-rankings-how-again = 上一周（上一月）也捐给了同一位博主、同一个项目或频道，加 { $points } 分。
web-rankings-how-most = 一个人最多 { $points } 分，捐多少、捐几次都一样：谁也不能替朋友买榜首。
web-rankings-how-own = 博主自己的捐赠不算进自己的号召。
web-rankings-how-ties = 分数一样，名次一样。
web-rankings-how-refunds = 捐赠按入账时间算在那一周、那一月，以运营方的时区为准。封榜之前退回的不算；封榜之后退回的，注在旁边。
web-rankings-consent = 博主和捐赠人自己愿意才上榜：在聊天里发 /ranking。改了主意，名字立刻撤下，以前的榜单也撤。
web-rankings-others = 其他周、其他月
web-rankings-week = 周榜 { $since } – { $until }
web-rankings-month = 月榜 { $since } – { $until }
web-ranking-unknown-title = 这里没有榜单
web-ranking-unknown-text = 地址可能抄错了，或者那一周还没开始。现在的榜单在 /rankings。
web-rankings-link = V赞赏力榜

# 一个公益日自己的榜单
web-day-ranking-title = { $title } · V赞赏力榜
web-day-ranking-soon = 公益日还没开始，开始后再来看。
web-day-ranking-how-when = 公益日进行中点下、{ $closes } 前付款的都算。封榜之前退回的不算；封榜之后退回的，注在旁边。
web-day-ranking-more = 这个公益日的其他页面
web-day-ranking-day = 公益日页面
web-day-ranking-report = 公益日报告
web-day-ranking-link = V赞赏力榜：谁带动的人最多
