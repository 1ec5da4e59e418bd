# 被拒绝时说的话：没有 HTML，也用在 200 字以内的弹窗里；先说怎么回事，再说怎么办。

error-unknown = 出了点问题，我们已经记下了。请过一会儿再试一次。
error-amount-not-understood = 没看懂这个金额。请发 { $least } 到 { $most } 之间的数字，比如 5 或 6.66。
error-tip-too-small = 最少 { $least }，最多 { $most }。换个金额试试？
error-tip-too-large = 最多 { $most }，最少 { $least }。换个金额试试？
error-wrong-currency = 这个项目只收 { $currency }。
error-post-unknown = 这里的按钮已经失效了。发 /give 可以直接挑一个项目。
tipping-off = { $chat } 已关闭公益赞赏，没有扣款。
error-tipping-off = { tipping-off }发 /give 可以直接挑一个项目。
post-gone = 原来那条我看不到了，可能已经删除。没有扣款。
error-post-gone = { post-gone }发 /give 可以直接挑一个项目。
error-tip-needs-reply = 回复一条消息，发 /tip 或 /tip 5，就能为它捐一点。
error-not-tippable = 这条不是成员写的，没法赞赏。请回复一位成员的消息。
error-tipping-not-on = { $chat } 还没有开启公益赞赏。管理员在群里发 /charity 就能开启。
error-tip-in-channel = 这条的按钮在频道的原帖下面；在这里也可以直接写金额，比如 /tip 5。
error-bot-not-in-group = 我不在 { $chat } 里，或者不能在那里发消息。请把我加进去，再试一次。
error-project-closed = 「{ $project }」已停止接收新的捐款。
error-project-unknown = 找不到这个项目。发 /give 看看正在进行的。
error-not-yours = 这里没有给你看的内容，也可能已经失效。发 /start 重新开始。
error-not-administrator = 只有 { $chat } 现在的管理员才能这样做，什么都没有改。请让主人把你设为管理员，再试一次。
error-bot-lacks-rights = 我在 { $chat } 里权限不够。请把我设为管理员，并打开「编辑消息」，然后再试一次。
error-chat-unknown = 我不在那里。请先把我加进你的频道、设为管理员，或者加进你的群。
error-tip-not-open = 这一笔已经付过款或取消了。发 /gifts 看看。
error-not-refundable = 这一笔不能自己撤回：付款成功的捐款已属于项目。如果付错了，请带上收据号联系运营方；发 /gifts 可以看到收据号。
error-already-returned = 这一笔已经退回，或正在退回的路上，不用再做什么。发 /gifts 可以看到。
error-refund-delayed = 已经记下要退回。付款通道暂时没有回应，我们会一直再试，你不用再做什么。
error-broadcast-unknown = 这条群发已经不在了。发送 /broadcast 看看现有的。
error-broadcast-not-now = { $state ->
    [draft] 它还没有开始，没有什么可停的。
    [running] 它正在发送。想改后面的内容，可以编辑或先暂停。
    [paused] 它已经暂停了。可以继续，也可以取消。
    [cancelled] 它已取消，不会再发了。请另写一条。
   *[other] 它已经发完，大家都收到了。请另写一条。
  }
error-broadcast-changed = 你看过之后它又改了。下面是现在的样子，请再看一遍再发。
error-broadcast-empty = 还没有文字。请写下要说的话，每种语言都要有。
error-broadcast-too-long = 一条消息放不下：最多 { $most } 个字。请缩短后再发给我。
error-broadcast-buttons = 按钮要有简短的文字和以 https:// 开头的链接，一条消息最多 { $most } 个。
error-segment-wrong = 这样选不会有人（{ $said }）。请换一个范围。
error-nobody-listens = 这个范围里没有人订阅这类消息，所以没有人可发。
error-paid-rate-off = 付费加速没有开启。请用免费速度发送，或在设置里打开 broadcasts.paid。
error-price-not-confirmed = 付费加速最多要花 { $stars } 颗 Stars。请先确认这个价格。
error-rail-unavailable = 付款通道暂时没有回应。没有扣款，过一会儿再试就好。
error-picture-failed = 图片这会儿没画出来，过一会儿再点一次就好。
error-not-allowed = 你的身份不能做这件事。需要的话，请找这里的运营方；发 /help 看看你能做什么。
error-person-unknown = 我还不认识这个人。请对方先给我发 /start。
error-giving-elsewhere = 这里还不能付款。「{ $project }」在它的指定平台上接受捐款。
error-ranking-unknown = 这里没有榜单。发 /ranking 看现在的。
error-thanks-post-over = 这条感谢已经不在等着发布了。到频道的数据里重新写一条吧。
error-nobody-to-thank-here = 上次感谢之后，{ $chat } 还没有人捐。等有了再来。
error-may-not-post = 我在 { $chat } 没有发消息的权限。请给我打开“发布消息”，再试一次。

instead-project = 它支持的「{ $project }」还在，想捐的话可以直接捐给它。
button-give-directly = 直接捐给这个项目
closed-alternatives = 这几个项目还在等你：
closed-no-alternatives = 发 /give 看看别的项目。

error-day-unknown = 找不到这个公益日。发 /giving_day 看看有哪些。
error-day-title-needed = 公益日要有一个看得见的名字。请发一个标题，比如「一元公益日」。
error-hashtag-not-understood = 话题标签只能是一个词：文字、数字和下划线，不能全是数字。比如 #一元公益日。
error-day-projects = 公益日要选 { $least } 到 { $most } 个项目。请重新选一下。
error-day-amounts = 请给 { $least } 到 { $most } 个建议金额，比如 1 5 10。
error-day-ends-before-start = 结束时间要晚于开始时间。请换一个结束时间。
error-day-past = 这个时间已经过去了（{ $ends } 结束）。请选以后的时间。
error-day-started = 开始时间（{ $starts }）已经过了。可以现在就开始，或者换一个以后的时间。
error-day-too-long = 公益日最长 { $days } 天。请选早一点的结束时间。
error-day-not-longer = 它本来就要到 { $ends } 才结束。请选更晚的时间。
error-days-overlap = 同一时间已经有另一个公益日支持其中的项目（{ $starts } 到 { $ends }）。请换个时间，或去掉相同的项目。
error-day-not-now = 这个公益日现在不能这样操作。发 /giving_day 看看它到了哪一步。
error-preview-stale = 你看过之后，内容又改了。请看看新的预览，再确认一次。
error-second-needed = 要通知 { $people } 人，超过了 { $limit } 人，需要另一位管理员确认。
error-second-is-you = 这要另一位管理员来确认，自己确认不算。
error-nobody-asked = 没有等着确认的内容；可能已经确认过，或者后来又改了。
error-nobody-else = 没有别的管理员可以确认。先用 /role_add 加一位。
error-time-not-understood = 没看懂这个时间。请这样发：2026-12-11 00:00。
error-month-day-not-understood = 没看懂是每月几号。请发 1 到 31 之间的数字，比如 11。
error-pool-unknown = 没有这笔配捐资金。
error-pool-not-sound = 这笔配捐资金没法兑现：{ $what ->
    [amount] 金额要大于零
    [rule] 规则不对，请写比例（如 1:1）、大于零的金额，或带种子、从小到大的抽签
    [caps] 上限要大于零
    [title] 还缺标题
    [sponsor] 还缺资助方的名字
    [signature] 请写明是谁签的字
    [proof] 请写明是哪一笔转账
    [windows] 要有 1 到 100 个时段，每个时段的份额都大于零
    [parts] 各时段的份额加起来不等于总额
    [end] 有时段结束早于开始
    [order] 时段重叠了，或者顺序不对
   *[over] 所有时段都已经过了
 }。改好再试。
error-pool-currency = 那里的捐款是 { $wanted }，这笔资金是 { $currency }。请改用 { $wanted }，或者换别的项目和公益日。
error-pool-not-draft = 已经签过字了，承诺的不能再改；可以另建一笔。
error-pool-not-open = 还没有签字，或者已经结束。
error-pool-off-day = 这笔资金的项目或时间对不上这个公益日，加上也不会配捐。换一笔资金，或者先改公益日。
error-pool-overpaid = 这里最多能记 { $most }。请核对金额和币种。
error-pool-empty = 这笔捐赠没法再配了：资金或这个时段没有余额，或者捐赠已经退回。
error-match-decided = 这一笔已经有人处理了。发 /matching 看看还有哪些。
error-day-post-done = 这一条已经发在频道里了，不会再发第二次。
error-day-post-busy = 正在发，或者刚刚有人点过。请看看频道。
error-day-post-refused = 没发成：Telegram 不让我在 { $chat } 发消息。请给我「发布消息」的权限，再点一次。
error-audience-grown = 现在会发给 { $people } 人，你看的时候是 { $shown } 人。下面是现在的样子，请再看一遍再发。
error-project-reached = 「{ $project }」已经达成目标，谢谢大家。还有别的项目需要帮助。
error-pledge-twice = 你已经在给它月捐了，要改请发 /monthly。
error-pledges-many = 最多可以有 { $most } 个月捐，你已经到了。可以在 /monthly 里改一个或停一个。
error-pledge-over = 这个月捐已经停止了，想重新开始请发 /monthly。
error-pledge-changed = 情况已经变了，现在是这样的。
error-pledge-busy = 正在扣款，请过几分钟再试。
error-pledge-paid = 那个月已经付好了，谢谢！
error-pledge-below = { $amount } 这样付不了。换一种方式，或者换个金额吧。
error-pledge-waits = 先选好接下来捐给谁，在那之前不会扣款。
error-pledge-projects = 请选 { $least } 到 { $most } 个还在接受捐款的项目。
error-certificate-unknown = 没有这张证书。请核对编号；你自己的证书都在 /certificates。
error-year-unknown = 只能回看 { $first } 到 { $last } 年。请这样发：/recap { $last }。
error-recap-unknown = 这一年你还没有捐款，没有什么可盘点的。
error-dates-not-understood = 没看懂日期。可以发一个年份（{ $first } 年起），或者两个日期，先早后晚：{ $example }。
error-nothing-in-dates = { $first } 到 { $last } 没有付款成功的捐赠。换个日期再试。
