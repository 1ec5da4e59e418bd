# 公益日：管理员怎么办，粉丝和博主会看到什么。

command-giving-day = 公益日：新建、预览、排期

days-title = <b>公益日</b>
days-none =
    <b>公益日</b>
    还没有公益日。来办第一个吧，四个问题就好。
button-days = 所有公益日
button-day = { $on } · { $title } · { day-state }
button-day-from-last = 照上一个再办一次
button-day-new = 办一个新的
day-state = { $state ->
    [draft] 草稿
    [scheduled] 已排期
    [live] 进行中
    [closing] 收尾中
    [reported] 已结束
   *[cancelled] 已取消
 }

day-head = <b>{ $title }</b> · { day-state }
day-when = { $starts } 到 { $ends }（{ $zone }）
day-projects = 项目（{ $count }）：{ $projects }
day-amounts = 建议金额：{ $amounts }
day-hashtag = 话题：{ $hashtag }
day-audience = 邀请：{ day-audience-name }{ $audience ->
    [nobody] {""}
   *[other] （现在 { $people } 人）
 }
day-audience-name = { $audience ->
    [subscribers] 订阅了公益日消息的人
    [last_month] 上个月捐过的订阅者
    [lapsed] 60 天没来的订阅者
    [creators] 订阅了的博主
   *[nobody] 不发消息
 }
day-again = 每月重复：{ $rule }，下一次 { $next }
day-rule-day = 每月 { $day } 号
day-rule-week = 每月{ day-nth }{ day-weekday }
day-nth = { $nth ->
    [1] 第一个
    [2] 第二个
    [3] 第三个
    [4] 第四个
    [5] 第五个
   *[other] 最后一个
 }
day-weekday = { $weekday ->
    [0] 周一
    [1] 周二
    [2] 周三
    [3] 周四
    [4] 周五
    [5] 周六
   *[other] 周日
 }
day-closed = ⚠️ 已停止接收捐款的项目：{ $projects }。公益日会和其余项目一起办。
day-no-title = ⚠️ 还没有{ $tongue }标题，那边的读者会看到别的语言。
day-waits-for-second = 已经请其他管理员确认，等他们一句话。内容一改，就要重新请。
day-waits-for-you = 有管理员请你确认。先看预览，再决定。
day-next = { $state ->
    [draft] 下一步：看看预览，然后排期，或者现在就开始。
    [scheduled] 到 { $starts } 会自动开始。再改内容的话，会变回草稿。
    [live] 到 { $ends } 自动结束。
    [closing] 已经结束；{ $ends } 前点下的，{ $closes } 前付款仍然算进来，之后出报告。
    [reported] 都办完了。
   *[cancelled] 这一天不办了。
 }

button-day-preview = 看预览
button-day-card = 看看这个公益日
button-day-change = 改内容
button-day-extend = 延长
button-day-stop = 现在结束
button-day-cancel = 取消这一天
button-day-repeat = 每月重复

day-preview-audience = 👀 读者会看到的（{ $tongue }）· { day-audience-name }，{ $people } 人
day-preview-creator = 👀 博主会看到的（{ $tongue }）
button-day-view-audience = 读者 · { $tongue }
button-day-view-creator = 博主 · { $tongue }
button-day-test = 发给我自己看看
day-tested = 发给你了，每种语言都有一份。
button-day-schedule = 排期
button-day-go-live = 现在就开始
button-day-confirm-schedule = 我确认，可以排期
button-day-confirm-go-live = 我确认，现在开始

day-sure-schedule = 排期「{ $title }」？到 { $starts } 会自动开始，{ $ends } 结束。开始之前随时可以改，也可以取消。
day-sure-go-live = 现在就开始「{ $title }」？从这一刻起，捐给这些项目的都算进来，到 { $ends } 结束。开始以后可以延长或提前结束，内容不能再改。
day-sure-stop = 现在就结束「{ $title }」？之后再点的不算进来；已经点下的，晚一点付款也算。结束了不能重新开始。
day-sure-cancel = 取消「{ $title }」？这一天就不办了，之前没有扣过任何人的钱。每月重复不受影响。
day-sure-extend = 「{ $title }」原定 { $ends } 结束，延长到 { $until }？
day-sure-told = { $audience ->
    [nobody] 不邀请读者；参加的频道，博主还是会收到一条备好的帖子。
   *[other] 会邀请：{ day-audience-name }，现在 { $people } 人。
 }
day-sure-second = 人数超过了一位管理员能决定的，要请另一位管理员确认。
button-day-sure-schedule = 好，排期
button-day-sure-go-live = 好，现在开始
button-day-sure-stop = 好，现在结束
button-day-sure-cancel = 好，取消
button-day-sure-extend = 好，延长
button-day-ask-second = 请另一位管理员确认

day-done-asked = <b>已经请其他管理员确认。</b>
day-done-schedule = <b>排好了。</b>{ $starts } 自动开始。
day-done-go-live = <b>开始了！</b>到 { $ends } 结束。
day-done-extend = <b>延长了。</b>现在到 { $ends } 结束。
day-done-stop = <b>结束了。</b>已经点下的，{ $closes } 前付款仍然算进来。
day-done-cancel = <b>取消了。</b>

day-change = 改「{ $title }」的什么？{ $state ->
    [scheduled] 改了以后会变回草稿，要重新看预览、重新排期。
   *[other] {""}
 }
button-day-field-title = 标题 · { $tongue }
button-day-field-text = 介绍 · { $tongue }
button-day-field-starts = 开始时间
button-day-field-ends = 结束时间
button-day-field-projects = 项目
button-day-field-amounts = 建议金额
button-day-field-hashtag = 话题标签
button-day-field-audience = 邀请谁

day-ask-title = 这个公益日叫什么？（{ $tongue }）比如「一元公益日」，最多 64 个字。
day-ask-text = 用几句话介绍它（{ $tongue }），最多 600 个字。
day-ask-hashtag = 用什么话题标签？一个词，比如 #一元公益日。
day-ask-starts = 什么时候开始？选一个，或者发时间给我，比如 2026-12-11 00:00。结束时间会跟着移。
day-ask-ends = 什么时候结束？选一个，或者发时间给我，比如 2026-12-12 00:00。
day-ask-amounts = 建议捐多少？发 1 到 6 个金额给我，比如 1 5 10。每个在 { $least } 到 { $most } 之间。
day-ask-month-day = 每月几号？发 1 到 31 之间的数字给我。没有那一天的月份，用最后一天。
day-ask-audience = 开始的时候邀请谁？只会发给订阅了公益日消息的人。
button-day-audience = { day-audience-name }{ $audience ->
    [nobody] {""}
   *[other] {" "}· { $people }
 }
day-ask-projects =
    <b>为哪些项目？</b>已选 { $count } 个，最多 { $most } 个。
    点一下选上，再点一下去掉；发一个词给我可以搜索。
button-day-projects-done = 就这 { $count } 个
day-ask-until = 现在 { $ends } 结束。延长多久？
button-day-longer = +{ $hours } 小时（到 { $until }）
day-ask-now = 现在是：{ $now }
button-day-wipe = 留空
day-forgotten = 刚才问的我没留住。发 /giving_day 再来一次。
day-made = <b>草稿好了。</b>还什么都没有公开；每一项都可以改。
day-made-like-last = <b>照上一个备好了草稿。</b>还什么都没有公开；每一项都可以改。
day-changed = <b>改好了。</b>

day-repeat-ask = 每个月自动备好下一个的草稿？选一个规则。草稿提前两周备好，要有人看过、排了期才会办。
day-repeats = 现在是：{ $rule }，下一次 { $next }。换一个规则，或者停下。
button-day-other-day = 别的日子
button-day-other-weekday = 第几个周几
button-day-repeat-off = 不再重复
day-ask-weekday = 每月第几个周几？先选第几个，再选周几。
button-day-nth = { day-nth }
button-day-weekday = { day-weekday }
day-repeat-begun = <b>说定了：{ $rule }。</b>下一次 { $next }。
day-repeat-ended = <b>不再重复了。</b>已经备好的还在。

day-invite-title = <b>{ $title }</b>
day-invite-text = { $text }
day-invite-projects = { $least } 也好，100% 到项目，每一笔都查得到：
day-invite-project = · { $project }
day-invite-when = { $starts } 到 { $ends }
day-invite-tag = { $hashtag }
button-day-choose = 挑一个项目

day-call = 今天是<b>{ $title }</b>，到 { $ends }。邀请关注你的人一起吧，这是给你频道备好的一条：
day-call-how = 点一下才会发，不点不发。捐款按钮会自动出现在它下面。
day-post-title = <b>今天是{ $title }</b>
day-post-text = { $text }
day-post-call = 和我一起捐给「{ $project }」。{ $least } 也好，100% 到项目，每一笔都查得到。
button-day-publish-example = 发到我的频道
day-post-unknown = 不知道「{ $chat }」那条发出去没有。请去频道看一眼：没有的话，再点一次。
day-post-published = <b>发好了 ❤</b>
button-day-publish = 发到 { $chat }
button-day-publish-again = 频道里没有，再发到 { $chat }
button-day-published = ✓ 已发到 { $chat }

# 排期之后，要邀请的人多得超过了一位管理员能决定的。
day-invitation-waits-for-second = ⏳ 邀请还没发：现在要邀请的人，超过了一位管理员能决定的。已经请其他管理员确认，等他们一句话。
day-invitation-waits-for-you = ⏳ 邀请还没发，等你一句话：现在要邀请的人，超过了一位管理员能决定的。先看预览，再确认。
button-day-confirm-invite = 我确认，发出邀请
day-done-invite = <b>确认了。</b>邀请这就发出去。

# 公益日的配捐资金。
button-day-field-pools = 配捐资金
day-ask-pools =
    <b>哪些资金给这一天配捐？</b>点一下加上，再点一下去掉。
    已经签署、还有余额的，读者会看到。
day-ask-pools-none = <b>没有适合这一天的资金。</b>资金在命令行里建（<code>pool create</code>），币种、项目和时间要对得上这一天。
button-day-pool = { $title } · { $amount }
day-pool = 🤝 配捐：{ $sponsor }出 { $amount }，{ $how }
day-pool-ratio = 每捐 { $donor } 配 { $sponsor }
day-pool-fixed = 每笔配 { $amount }
day-pool-lottery = 每笔抽签配 { $least } 到 { $most }
day-pool-from = { $at } 起
day-pool-between = { $starts }–{ $ends }
day-pool-more = 还有 { $more } 个时段
day-pool-projects = 只配 { $projects }
day-pool-unsigned = <i>（还没签署：不会配捐，读者也看不到）</i>
day-pool-misses = <i>⚠️（项目或时间对不上这一天，不会配捐）</i>
day-pool-creators = <i>（只在指定博主那里）</i>
day-pool-anyway = <i>（每天的捐赠都配）</i>
day-pool-unnamed = 一位不留名的资助方
