receipt-month =
    <b>谢谢你 ❤</b> { $amount } 已 100% 计入 <b>{ $project }</b>{ $count ->
        [1] 。
       *[other] ，连续第 { $count } 个月。
    }
    收据号 <code>{ $code }</code>

instalments-several = { $kind ->
    [pledge_announced] <b>下周的月捐</b>
    [pledge_declined] <b>有 { $count } 笔月捐没扣成</b>
    [pledge_left_out] <b>有 { $count } 笔月捐这次没扣</b>
    [pledge_paused] <b>有 { $count } 份月捐先停了</b>
    [pledge_waiting] <b>有 { $count } 份月捐等你换个去处</b>
   *[other] <b>有 { $count } 笔月捐等你付</b>
}
instalment-announced =
    { $at }，<b>{ $amount } 给{ $project }</b>
    到时候从 { $method } 扣。没问题的话，什么都不用做。
instalment-announced-stars =
    { $at }，<b>{ $amount } 给{ $project }</b>
    Telegram 会自动扣 { $stars }，余额够就什么都不用做。跳过、暂停或改动会结束这份订阅，之后可以重新开一份。
instalment-news = <i>{ $project }的近况：</i>{ $news }
instalment-asked =
    { $why ->
        [authenticate] 银行要你本人确认，这次没能自动扣款，点下面的链接付就行。
        [expired] 卡过期了，没扣成，这次点链接付吧。
        [stars] Telegram 这次没扣成 Stars（多半是余额不够），那份订阅已经结束。愿意的话，重新开一份。
        [other] 卡没扣成，这次点链接付吧。
       *[none] 约定的日子到了。
    }
    <b>{ $month }：{ $amount } 给{ $project }</b>，{ $until }前都可以付。这次不方便，不付也没关系。
instalment-reminded =
    还留着：<b>{ $month }给{ $project }的 { $amount }</b>
    { $until }前都可以付。这一笔不再提醒了。
instalment-declined =
    <b>{ $month }给{ $project }的 { $amount } 没扣成</b>
    { $why ->
        [expired] 卡过期了。
        [authenticate] 银行要你本人确认。
       *[other] 银行没同意，也没说原因，多半是余额或限额。
    }一分钱没扣，{ $at }再试一次。
instalment-paused =
    <b>给{ $project }的月捐先停了</b>
    卡三次都没扣成，就不再试了。谢谢你一直以来的心意，什么时候想继续都行。
instalment-paused-missed =
    <b>给{ $project }的月捐先停了</b>
    连着三次没付，就不再打扰了。谢谢你一直以来的心意，什么时候想继续都行。
instalment-paused-stars =
    <b>给{ $project }的月捐先停了</b>
    你在 Telegram 里结束了订阅，不会再扣。谢谢你一直以来的心意，什么时候想继续都行。
instalment-waiting =
    <b>你的这 { $amount }，接下来给谁？</b>
    { $project }已经筹够，或者暂时不收捐款。你选好之前，什么都不用付。

button-instalment-skip = 跳过
button-instalment-change = 改一改
button-instalment-pause-for = 暂停 { $count } 个月
button-instalment-how-long = 暂停多久？
button-instalment-cancel = 结束
button-instalment-resume = 继续
button-instalment-choose = 选一个项目
button-instalment-pay-link = 用链接付 { $amount }
button-instalment-pay-for = 付 { $amount } · { $project }
button-instalments = 我的月捐

alert-pledge-refused = <b>{ $rail } 拒绝了一笔 { $amount } 的月捐</b>：<code>{ $code }</code>。{ $code ->
    [amount_too_small] 它的最低金额比设置里写的高（见 docs/rails.md）。
    [account_invalid] 机构的账户还连着吗？发 /org 看看。
    [no_rail] 开着的渠道都收不了。机构的账户连着吗？发 /org 看看。
   *[other] 它的密钥还有效吗？
}明天会再试；一周后还不行，就给捐赠人发付款链接。

instalment-left-out =
    <b>{ $month }给{ $project }的 { $amount } 没扣</b>
    没能提前告诉你、再按时扣款，所以这个月就不扣了。下一次照常，会先跟你说。
