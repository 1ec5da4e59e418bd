# 给管账的人：出了什么事、细节、该做什么。

alert-kind = { $kind ->
    [paid] 付款
    [refunded] 退款
    [refund_failed] 失败的退款
    [fee] 手续费
    [disputed] 争议
    [dispute_won] 胜诉的争议
    [dispute_lost] 败诉的争议
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
    [dispute_won] 胜诉的争议
    [dispute_lost] 败诉的争议
    [payout] 提现
    [payout_failed] 失败的提现
   *[transferred] 划转
 }
alert-differences = <b>账本和 { $rail } 对不上</b>：新发现 { $count } 处差异。账本没有改动。
alert-line-missing-in-books = • { alert-kind } <code>{ $id }</code>，{ $theirs }，{ $at }：账本里没有。如果是通知没送到，请在支付方后台重新发送。
alert-line-missing-at-provider = • { alert-kind } <code>{ $id }</code>，{ $ours }，{ $at }：支付方没有。把钱付出去之前，请先在支付方后台查一查。
alert-line-amount-differs = • { alert-kind } <code>{ $id }</code>，{ $at }：支付方是 { $theirs }，账本是 { $ours }。
alert-line-currency-differs = • { alert-kind } <code>{ $id }</code>，{ $at }：支付方是 { $theirs }，账本是 { $ours }。是换过汇吗？
alert-line-kind-differs = • { alert-kind } <code>{ $id }</code>，{ $ours }，{ $at }：支付方说是{ alert-their-kind }，{ $theirs }。
alert-line-booked-twice = • { alert-kind } <code>{ $id }</code>，{ $ours }，{ $at }：记了两次；支付方只有一笔，用的是另一个编号。
alert-line-more = • 还有 { $count } 处
alert-line-see = 全部差异和处理办法：<code>{ $command }</code>
alert-not-reconciled = <b>今天还没能和 { $rail } 对账</b>（试了 { $tries } 次）。目前不知道有没有差异，我会继续试。
alert-line-no-answer = • 支付方没有回应。
alert-line-refused = • 支付方拒绝了：<code>{ $code }</code>。密钥对吗？
alert-line-no-room = • 放不下临时文件（<code>{ $code }</code>）：请把 SQLITE_TMPDIR 设成一个有空间的目录。
alert-line-unreadable = • 支付方的回答读不懂：<code>{ $code }</code>

alert-guard-raised = <b>有人在 { $rail } 上试卡</b>：接下来一段时间只收大一点的金额，平静下来会自动恢复，一般不用管。
alert-guard-shut = <b>有人在 { $rail } 上试卡</b>：接下来一段时间暂停收款，以前捐过的人不受影响，平静下来会自动恢复。
alert-payment-open = <b>一笔付款七天还没有结果</b>：{ $rail } · { $amount } · <code>{ $id }</code>。请到支付方后台查一查。
alert-not-booked = <b>{ $rail } 的一笔钱和我们要的对不上</b>：{ $amount } · <code>{ $id }</code>。没有记账，也没有通知捐赠人。请到支付方后台查看，不该收的就在那里退回。
alert-disputed = <b>有人向银行申诉了一笔捐款</b>：{ $rail } · { $amount } · <code>{ $id }</code>。钱被支付方暂扣，项目的账没有动。请在支付方后台按期回应。
alert-dispute-won = <b>申诉赢了</b>：{ $rail } · { $amount } · <code>{ $id }</code>。钱回来了。
alert-dispute-lost = <b>申诉输了</b>：{ $rail } · { $amount } · <code>{ $id }</code>。已从项目的账上扣回。
alert-refund-wished = <b>有人申请退回 { $amount }</b>。发 /refunds 看看。
alert-refund-refused = <b>{ $rail } 不肯退回 { $amount }</b>：<code>{ $code }</code>。请到支付方后台处理。
