# 小账本：金额太小、这个渠道一次付不了的，先答应下来，凑够了一次付；以及用什么付。

command-tab = 小账本：答应了还没付的

rail-sandbox = 测试钱包
rail-sandbox-card = 测试银行卡
rail-stripe = 银行卡
rail-wechat = 微信支付
rail-alipay = 支付宝
rail-stars = Telegram Stars
rail-telegram = Telegram 付款

button-way-now = { $rail }：现在付
button-way-tab = { $rail }：先记小账本，满 { $sum } 付一次

tab-promised = <b>{ $amount }</b> 记下了，捐给 <b>{ $project }</b>。
tab-standing = 给{ $organisation }的小账本上现在有 <b>{ $sum }</b>，满 { $at } 付一次；没满的话月底付，太少、付不了的留到下个月。还没付的不算进任何总数。
tab-why = { $rail }一次最少付 { $least }，小额先记在小账本上，凑够了一次付。
tab-promised-short = { $rail }：记下了。小账本上现在有 { $sum }，满 { $at } 付一次。
tab-taken-off = { $amount } 已划掉，没有扣款。

tab-title = <b>小账本</b> · 待付 { $sum }
tab-none =
    <b>小账本</b>是空的。

    有的付款方式一次付不了 ¥1 这样的小钱，就先记在这里，凑够了一次付。
tab-month = 这个月答应了 { $month }，你给自己定的上限是每月 { $limit }。
tab-head = <b>{ $organisation }</b> · { $sum }
tab-line = · { $amount } { $project }（{ $at }）
tab-more = · 还有 { $count } 笔
tab-waits = { $rail }：满 { $at } 或月底付一次，也可以现在付。
tab-below = { $rail }一次最少付 { $least }，没凑够就留到下个月，不着急。
tab-announced = 将于 { $at }从 { $method } 扣款 { $sum }。
tab-asked = 等你付 { $sum }。
tab-charging = 正在扣 { $sum }，有结果就告诉你。
tab-skipped = 好，这次不付。{ $date } 再提醒你。
tab-terms-kept = 记住了。
tab-pay = 这就是 { $sum } 的付款页，付完自动入账，每一笔都有收据。
tab-ask-settle = 小账本满多少付一次？没满的话月底也会付；太少、付不了的留到下个月。
tab-ask-month = 一个月最多答应多少？到了上限，我会提醒你，不再往上加。

tab-announce =
    <b>三天后自动付小账本</b>
    将于 <b>{ $at }</b>从 { $method } 扣款 <b>{ $sum }</b>，给{ $organisation }：
tab-ask =
    <b>小账本该付了</b>
    给{ $organisation }的一共 <b>{ $sum }</b>：
tab-declined =
    <b>卡没扣成</b>
    银行拒了这次扣款，一分没扣。给{ $organisation }的 <b>{ $sum }</b>，可以点这里付：

button-tab = 小账本
button-tab-pay = 现在付 { $sum } · { $name }
button-tab-round = 凑整付 { $sum } · { $name }
button-tab-skip = 这次先不付
button-tab-change = 修改
button-tab-settle-at = 满多少付：{ $sum }
button-tab-month = 每月上限：{ $sum }
button-promise-off = 划掉这一笔
button-off = 划掉 { $amount } · { $title }

gifts-sums = 已捐 { $given }，另有 { $promised } 记在小账本上（/tab）
gifts-sum = 已捐 { $given }

error-monthly-limit = 这个月你最多答应 { $limit }，还剩 { $left }。想多捐一点，发 /tab 改上限。
error-tab-empty = 这本小账上没有要付的了。发 /tab 看看。
error-tab-below = 小账本上还不到 { $least }，现在付不了，先留着，不着急。
error-tab-changed = 小账本有变化，先看看现在的，再决定。
error-tab-busy = 这笔正在扣款，有结果就告诉你。
error-no-rail = { $choice ->
    [0] 这个金额在这里付不了，换个金额试试？
   *[other] 这个金额不能这样付，换成下面的方式就行：
}
error-tab-waits = 现在暂时没有渠道能付这笔。它还在小账本上，能付的时候再告诉你。

tab-method = 自动付：{ $method }
tab-save = 绑定一张卡，小账本到时候自动付。每次扣款前三天都会先告诉你，随时可以解绑。
tab-method-forgotten = 已解绑，以后不会自动扣款。
button-tab-save = 绑定银行卡，以后自动付
button-tab-save-open = 去绑卡
button-tab-forget = 解绑 { $method }

command-org = 机构的收款账户
org-title = <b>机构的收款账户</b>
org-how = 开户：<code>/org connect 机构 国家 [渠道]</code>，比如 <code>/org connect sunshine US</code>。可用的渠道：{ $rails }。
org-no-rail = 现在开着的付款渠道都不需要机构开户。
org-ready = ✓ { $organisation } · { $rail }：可以收款
org-not-ready = … { $organisation } · { $rail }：还差 { $asks }
button-org-go-on = 去填资料

error-organisation-unknown = 没有这个代号的机构。现在有：{ $known }。
error-rail-unknown = 没有这个渠道。可以用的：{ $rails }。

alert-tab-refused = <b>{ $rail } 拒绝结算一本 { $amount } 的小账本</b>：<code>{ $code }</code>。{ $code ->
    [amount_too_small] 它的最低金额比设置里写的高（见 docs/rails.md）。
    [account_invalid] 机构的账户还连着吗？发 /org 看看。
   *[other] 它的密钥还有效吗？
}账还记在小账本上，月底会再试；只有刚点了“现在付”的捐赠人收到了说明。

tabs-together = 这 { $count } 个可以一起付：{ $names }。一共 <b>{ $sum }</b>，一个付款页，只扣一次。每一笔照样给到你答应的地方，各有收据。
tab-asked-together = 等你付 { $sum }，和别的小账一起在同一个付款页上，共 { $whole }。
tab-not-charged =
    <b>给{ $organisation }的 { $sum } 刚才没扣成</b>
    一分钱没扣，还记在小账本上。不是你的卡有问题，我们已经告诉运营方了。
button-tabs-pay = 这 { $count } 个一起付 · { $sum }
tabs-together-instead = 点了“一起付”，之前说好的自动扣款就取消，改成在付款页上付。
tabs-together-more = { $names } 等另外 { $count } 个
