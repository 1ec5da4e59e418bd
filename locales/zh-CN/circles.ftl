# 月捐人：博主和公益机构各自看到的数字，邀请大家月捐，谁为哪个机构做事。

button-circle = 我的月捐人
button-my-slot = 我的公益爱心位

circle-none =
    <b>我的月捐人</b>
    还没有人跟着你月捐。发一条邀请试试：每月一点点，是项目最安心的支持。
circle-none-no-chat =
    <b>我的月捐人</b>
    还没有人跟着你月捐。先给频道或群开启公益赞赏（/charity），就能在那里发邀请。
circle-title =
    <b>我的月捐人</b>
    { $donors } 人在跟着你月捐，一共 { $gifts } 份 ❤
circle-named = 愿意留名的：{ $names }
circle-named-more = 还有 { $count } 位也愿意留名
circle-quiet = { $count } 位没有留名
circle-nobody-named = 大家都没有留名。
circle-expected = 下个月预计：<b>{ $amount }</b>
circle-shared = 另外，有的月捐每月给最需要的项目，可能再多 { $amount }
circle-came = 上个月到账：<b>{ $amount }</b>
circle-months = 每个月有几份：
circle-month = { $month } · { $open } { $bar }
circle-count-only = 别人在你的公益爱心位只看得到人数。

circle-which = 看哪个机构的月捐？
circle-which-more = 机构太多，没有全列出来。可以直接发 <code>/org monthly 机构代号</code>。
circle-organisation-none =
    <b>{ $organisation } 的月捐</b>
    还没有人月捐。
circle-organisation =
    <b>{ $organisation } 的月捐</b>
    { $donors } 人：进行中 { $active } 份，暂停 { $paused } 份{ $waiting ->
        [0] {""}
       *[other] ，等捐赠人另选项目 { $waiting } 份
    }
circle-this-month = 这个月新增 { $began } 份，结束 { $ended } 份（{ $percent }%）
circle-reasons = 一年里结束的原因：{ $reasons }
circle-reason-money = 手头紧
circle-reason-another = 捐给别的项目
circle-reason-unclear = 不清楚钱用在哪了
circle-reason-too-many = 消息太多
circle-reason-other = 其他原因
circle-reason-none = 没有说
circle-page-yours = 图表和明细在下面的页面里。链接只给你，别转发。
circle-renewed = 换好了，旧链接已经打不开。
button-circle-page = 图表和明细
button-circle-renew = 换一个链接
button-circle-others = 别的机构

## 邀请

button-call = 邀请大家月捐
button-call-send = 发布
button-call-own = 换成我的话
button-give-monthly-call = 我也每月捐一点

call-which = 发在哪里？
call-no-chat = 你还没有开启公益赞赏的频道或群。发 /charity 开启一个，就能在那里邀请。
call-preview = <b>{ $chat }</b> 里会出现下面这一条，点「发布」才会发出去：
call-last = 上一条邀请是 { $at } 做的。
call-unknown = 上一条发往 <b>{ $chat }</b> 的邀请，我不确定发出去了没有，请先看看那里。
call-words = 每月一点点，跟我一起支持「{ $project }」❤
call-about = <b>{ $project }</b>：{ $use }
call-promise = 100% 计入项目。随时可以停，可以跳过一个月，每一笔都查得到。
call-ask = 想怎么邀请大家？直接发给我，最多 { $most } 个字；发布之前先给你看。
call-sent = 发在 <b>{ $chat }</b> 了 ❤ 从那里来的月捐，会记在你名下。
call-refused = Telegram 不让我在 <b>{ $chat }</b> 发消息，什么都没发布。请给我「发布消息」的权限，再试一次。
error-call-over = 这条邀请已经不在等着发布了。到 /circle 里重新做一条吧。
error-nothing-to-call-for = { $chat } 现在没有在收款的项目，没法邀请。发 /charity 看看。

## 机构的成员

org-members = <b>{ $organisation }</b> 的成员：
org-members-none = <b>{ $organisation }</b> 还没有成员。
org-member = { $name }（{ $number }）
org-members-how =
    加一位：<code>/org members 机构 add 数字ID</code>
    去掉一位：<code>/org members 机构 remove 数字ID</code>
org-member-add = { $name } 现在是 <b>{ $organisation }</b> 的成员：能看它的月捐，也能用 /news 说说项目的进展。
org-member-remove = { $name } 不再是 <b>{ $organisation }</b> 的成员，原来的链接也打不开了。
command-org-monthly = 我的机构的月捐

## 网页

web-slot-monthly = { $donors } 人跟着 { $name } 每月都捐
web-circle-title = { $organisation }的月捐
web-circle-lead = 只有机构的成员能看到这一页。数到 { $month }，月份按本站的时区算。
web-circle-now = 现在
web-circle-none = 还没有人月捐。
web-circle-active = 进行中
web-circle-paused = 暂停
web-circle-waiting = 等捐赠人另选
web-circle-donors = 月捐人
web-circle-expected = 下个月预计
web-circle-shared = 另外可能还有
web-circle-came = 上个月到账
web-circle-trend = 每个月底有多少份月捐
web-circle-trend-chart = 每个月底有多少份月捐
web-circle-month = 月份
web-circle-before = 月初
web-circle-began = 新增
web-circle-ended = 结束
web-circle-open = 月底
web-circle-lost = 流失
web-circle-lost-how = 流失：这个月结束的，占月初已有和这个月新增之和的百分之几。暂停不算结束。
web-circle-moved = 中途换了机构的月捐，从开始那天起都算在现在的机构；换走的，这里不再算。
web-circle-cohorts = 留下来的人
web-circle-cohorts-how = 每一行是同一个月开始的月捐：过了几个月，还有百分之几在继续。没有结束就算在，暂停的也算。
web-circle-cohorts-chart = 按开始的月份，几个月后还在的比例
web-circle-cohort = 开始的月份
web-circle-after = { $months } 个月后
web-circle-same = 当月
web-circle-reasons = 为什么结束
web-circle-reasons-how = 一年里结束的月捐。捐赠人可以点一下原因，也可以不说。
web-circle-reason = 原因
web-circle-count = 份数
web-circle-in-figures = 看数字
web-percent-whole = { $percent }%
error-words-too-long = 放不下，最多 { $most } 个字。请短一点再发给我。
