# 给管账的人：出了什么事、细节、该做什么。

alert-kind = { $kind ->
    [paid] 付款
    [refunded] 退款
    [refund_failed] 失败的退款
    [fee] 手续费
    [disputed] 争议
    [dispute_won] 争议（我们赢了）
    [dispute_lost] 争议（我们输了）
    [payout] 提现
    [payout_failed] 失败的提现
   *[transferred] 划转
 }
alert-their-kind = { $theirkind ->
    [paid] 付款
    [refunded] 退款
    [refund_failed] 失败的退款
    [fee] 手续费
    [disputed] 争议
    [dispute_won] 争议（我们赢了）
    [dispute_lost] 争议（我们输了）
    [payout] 提现
    [payout_failed] 失败的提现
   *[transferred] 划转
 }
alert-differences = <b>账本和 { $rail } 对不上</b>：新发现 { $count } 处差异。账本没有改动。
alert-line-missing-in-books = • { alert-kind } <code>{ $id }</code>，{ $theirs }，{ $at }：账本里没有。如果是通知没送到，请在支付服务商后台重新发送。
alert-line-missing-at-provider = • { alert-kind } <code>{ $id }</code>，{ $ours }，{ $at }：支付服务商没有。把钱付出去之前，请先在支付服务商后台查一查。
alert-line-amount-differs = • { alert-kind } <code>{ $id }</code>，{ $at }：支付服务商是 { $theirs }，账本是 { $ours }。
alert-line-currency-differs = • { alert-kind } <code>{ $id }</code>，{ $at }：支付服务商是 { $theirs }，账本是 { $ours }。是换过汇吗？
alert-line-kind-differs = • { alert-kind } <code>{ $id }</code>，{ $ours }，{ $at }：支付服务商说是{ alert-their-kind }，{ $theirs }。
alert-line-booked-twice = • { alert-kind } <code>{ $id }</code>，{ $ours }，{ $at }：记了两次；支付服务商只有一笔，用的是另一个编号。
alert-line-more = • 还有 { $count } 处
alert-line-see = 全部差异和处理办法：<code>{ $command }</code>
alert-not-reconciled = <b>今天还没能和 { $rail } 对账</b>（试了 { $tries } 次）。目前不知道有没有差异，我会继续试。
alert-line-no-answer = • 支付服务商没有回应。
alert-line-refused = • 支付服务商拒绝了：<code>{ $code }</code>。密钥对吗？
alert-line-no-room = • 放不下临时文件（<code>{ $code }</code>）：请把 SQLITE_TMPDIR 设成一个有空间的目录。
alert-line-unreadable = • 支付服务商的回答读不懂：<code>{ $code }</code>

alert-guard-raised = <b>有人在 { $rail } 上用盗来的卡试刷</b>：接下来一段时间只收大一点的金额，平静下来会自动恢复，一般不用管。
alert-guard-shut = <b>有人在 { $rail } 上用盗来的卡试刷</b>：接下来一段时间暂停收款，以前捐过的人不受影响，平静下来会自动恢复。
alert-payment-open = <b>一笔付款七天还没有结果</b>：{ $rail } · { $amount } · <code>{ $id }</code>。请到支付服务商后台查一查。
alert-disputed = <b>有人向银行申诉了一笔捐款</b>：{ $rail } · { $amount } · <code>{ $id }</code>。钱被支付服务商暂扣，项目的账没有动。请在支付服务商后台按期回应。
alert-dispute-won = <b>争议有结果了，我们赢了</b>：{ $rail } · { $amount } · <code>{ $id }</code>。钱已退回。
alert-dispute-lost = <b>争议有结果了，我们输了</b>：{ $rail } · { $amount } · <code>{ $id }</code>。已从项目账上扣除。
alert-refund-wished = <b>有人申请退回 { $amount }</b>。发 /refunds 看看。
alert-refund-refused = <b>{ $rail } 拒绝退回 { $amount }</b>：<code>{ $code }</code>。请到支付服务商后台处理。

alert-inquiry = <b>捐赠人的银行来询问一笔捐款</b>：{ $rail } · { $amount } · <code>{ $id }</code>。钱还没有被扣走，请在支付服务商后台按期回应。
alert-odd = <b>{ $rail } 的一条通知记不了账</b>：{ alert-kind } <code>{ $id }</code>。钱可能已经动了，账本里还没有，请到支付服务商后台查一查。
alert-line-odd-amount = • 它说的是 { $amount }，和我们要求的不一样。
alert-line-odd-other = • 和账本已知的情况不符，日志里有详情。
alert-waiting = <b>{ $rail } 通知了我们不认识的付款</b>：{ $count } 条通知等了一个多小时，最新的是 <code>{ $id }</code>。等到对应的付款后会自动入账，请先到支付服务商后台查一查。
alert-reversed = <b>划转给机构的钱退回来了</b>：{ $rail } · { $amount } · <code>{ $id }</code>。钱现在又在运营方这里，请到支付服务商后台看看原因，并告诉机构。

alert-account-ready = <b>{ $organisation } 可以收款了</b>：在 { $rail } 的账户已经开通，不用再做什么。
alert-account-shut = <b>{ $organisation } 暂时不能收款</b>：在 { $rail } 的账户需要处理。已经捐的都在；账户恢复之前，新的捐赠会换别的方式付，或者先等着。负责开户的人发 /org 可以接着办。
alert-line-account-asks = • 还差：{ $asks }

# 管账的人看到的支付服务商名字，要能据此找到后台。
service-sandbox = 测试钱包
service-sandbox-card = 测试银行卡
service-stripe = Stripe 银行卡
service-wechat = 微信支付
service-alipay = 支付宝
service-stars = Telegram Stars
service-telegram = Telegram 付款
