# 申请了却没能退成的款：告诉捐赠人和管钱的人的话。

refund-failed-told =
    <b>{ $amount } 没能退回</b>
    支付服务商没有把这笔钱退到你的账户，它还在 { $project } 名下，收据号 <code>{ $code }</code>。已经通知运营方，你也可以再申请一次。

alert-refund-failed = <b>{ $rail } 的一笔 { $amount } 退款没有退到捐赠人手里。</b>已经告诉对方，可以再申请。请到支付服务商后台查看。
alert-refund-open = <b>{ $rail } 有一笔 { $amount } 的退款一周没有给出结果</b>：付款 <code>{ $id }</code>。请到支付服务商后台查看。

refund-other-told =
    <b>你那笔 { $amount } 的一次退款没有到账</b>
    捐给 { $project }，收据号 <code>{ $code }</code>。另一次退款已经在路上了，你什么都不用做，有结果我会告诉你。
