# 配捐：资助方的资金池为捐赠加多少，在聊天、收据和资金池页面上怎么说。

pool-rule-ratio = 每捐 { $donor }，配捐 { $sponsor }
pool-rule-fixed = 每一笔捐赠，配捐 { $amount }
pool-rule-lottery = 每一笔捐赠抽一次签，配捐 { $least } 到 { $most }
pool-cap-gift = 每笔最多配 { $amount }
pool-cap-donor-day = 每人每天最多配 { $amount }
pool-cap-project = 每个项目最多配 { $amount }
pool-remainder-carry = 一个时段没用完的，留给下一个时段；最后剩下的归资助方。
pool-remainder-back = 一个时段没用完的，归资助方。
pool-remainder-shared = 一个时段没用完的，按各项目得到的配捐，分给这些项目。
pool-state-draft = 还没有签字
pool-state-open = 正在配捐
pool-state-withdrawn = 资助方已撤回；配过的都算数
pool-state-ended = 已结束
pool-sponsor-unnamed = 一位不愿具名的资助方

# 收据里，每一笔捐赠下面。
receipt-matched = + { $amount }，{ $sponsor }配捐
receipt-matched-unnamed = + { $amount }，来自资助方的配捐

# /matching，给拿主意的人看。
command-matching = 等着配捐的捐赠
matching-title = <b>有 { $total } 笔配捐等你看一看。</b>捐赠本身都已到项目，等着的只是资助方那一份。像是真人捐的就放行，像是刷的就不配。
matching-none = 没有等着的，该配的都配了。
matching-line = { $which }. { $gift } 捐给「{ $project }」，{ $at }，<code>{ $code }</code>
    「{ $pool }」会配 { $amount }。{ $why }
matching-more = 后面还有 { $count } 笔。
matching-why-new-account = 捐赠人刚认识没几天。
matching-why-many-gifts = 捐赠人当天捐了很多次。
matching-why-ring = 几秒钟里有好几个人捐了同一个少见的金额。
matching-why-shared-payer = 付款的卡或账户，替好几个人付过。
matching-released = 已配捐 { $amount }。
matching-refused = 这笔不配捐；捐赠本身不变。
button-match-release = ✅ 放行 { $which }
button-match-refuse = ✖️ 不配 { $which }
button-match-next = ↻ 看看还有哪些
alert-match-held = <b>有捐赠等着配捐</b>：它们看起来不太寻常，要有人看一眼。钱都已到项目，等着的只是资助方那一份。发 /matching 看看。

# 资金池的页面。
web-pool-title = { $title } · 配捐资金
web-pool-description = 这笔资金怎么配捐，用了多少、还剩多少，配过的每一笔。
web-pool-by = 由 { $sponsor } 资助
web-pool-used = 已配捐
web-pool-left = 还剩
web-pool-returned = 归还资助方
web-pool-percent = 已配捐 { $percent }%
web-pool-gifts = 配捐笔数
web-pool-held = 等人看的
web-pool-rule = 怎么配
web-pool-windows = 什么时候
web-pool-window-open = { $from } 起
web-pool-window-part = { $part }，已配 { $used }
web-pool-scope = 配给
web-pool-scope-all = 所有项目的捐赠
web-pool-scope-days = 只配指定公益日的捐赠。
web-pool-scope-creators = 只配指定博主那里的捐赠。
web-pool-lottery = 每一签都可以自己验算
web-pool-lottery-how = 把「{ $seed }:」和收据号的末尾（就是下面列出的，不带省略号）连在一起，算 SHA-256，当作一个整数，除以 { $span } 取余数，再加到 { $least } 上，单位是最小货币单位。受上限和余额所限，可能会少一些。
web-pool-seed = 种子
web-pool-fair = 哪些要先看一看
web-pool-fair-text = 看起来像刷的捐赠，照样全额到项目；只是配捐那一份要等人看过：刚认识没几天的人捐的，一个人一天捐很多次的，几秒钟里一串相同金额的，一张卡替很多人付的。
web-pool-projects = 各项目得到的配捐
web-pool-shared = 最后分得 { $amount }
web-pool-entries = 配过的每一笔
web-pool-entries-how = 只列收据号的末尾，时间到分钟：拿着收据能在这里找到自己那一笔，没有收据的人看不出是谁捐的。
web-pool-entries-none = 还没有配过。
web-pool-entry-hidden = 金额保密
web-pool-csv = 下载全部（CSV）
web-pool-newer = 更新的
web-pool-older = 更早的
web-pool-page = 第 { $page } 页，共 { $pages } 页
web-matched-label = 资助方配捐
web-receipt-matched = 配捐
web-receipt-matched-by = { $amount }，{ $sponsor }
web-account-matched = 资助方配捐给项目的

# 同一个原因的，一次放行。
button-match-all-new-account = ✅ 全部 { $count } 笔：刚认识的人
button-match-all-many-gifts = ✅ 全部 { $count } 笔：一天捐很多次
button-match-all-ring = ✅ 全部 { $count } 笔：一串相同金额
button-match-all-shared-payer = ✅ 全部 { $count } 笔：一张卡替多人付
button-match-all-sure = ✅ 对，放行 { $count } 笔
button-match-all-back = ← 回到列表
matching-all-sure = <b>一次放行这 { $count } 笔？</b>
matching-all-fund = 「{ $pool }」要给 { $count } 笔配 { $amount }，现在还剩 { $left }。
matching-all-order = 先付款的先配。资金、时段或上限用完了，轮不到的不会丢，还留在列表里等着。从现在起新等着的，不算在内。
matching-all-done = 放行了 { $count } 笔，一共配捐 { $amounts }。
matching-all-empty = 还有 { $count } 笔没配上：资金、时段或上限用完了。它们还在下面，可以点「不配」。
matching-all-none = 一笔也没能放行：资金、时段或上限用完了，或者刚刚有人处理过。还等着的在下面。
web-pool-order = 先入账的先配；同一批入账的，先付的先配。支付平台通知得晚的，可能排在后付的捐赠之后。
matching-line-empty = { $which }. { $gift } 捐给「{ $project }」，{ $at }，<code>{ $code }</code>
    「{ $pool }」眼下没有可以配给它的了。{ $why }
