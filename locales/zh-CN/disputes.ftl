# 争议：银行对一笔付款有疑问时，捐赠人和博主看到的话。

gift-disputed =
    <b>银行通知我们，你对一笔 { $amount } 的付款有疑问</b>
    { $at } 付的，{ $count ->
        [1] 捐给 { $project }，收据号 <code>{ $code }</code>
       *[other] 一共 { $count } 笔捐赠，第一笔捐给 { $project }，收据号 <code>{ $code }</code>
    }。银行正在核实，有结果之前这笔钱先由支付服务商暂扣。

    如果是你向银行提的，这里什么都不用做。如果想起来确实是自己付的，跟银行说一声就好。银行有了决定，我会告诉你。
gift-dispute-won =
    <b>银行核实完了：{ $amount } 这笔付款有效</b>
    { $at } 付的，{ $count ->
        [1] 仍然捐给 { $project }，收据号 <code>{ $code }</code>
       *[other] 一共 { $count } 笔捐赠，都不变，第一笔捐给 { $project }，收据号 <code>{ $code }</code>
    }。你什么都不用做；想知道原因的话，可以问问银行。

chat-disputed =
    <b>通过你捐的 { $amount }，捐赠人的银行有疑问</b>
    { $count ->
        [1] 是捐给 { $project } 的。
       *[other] 一共 { $count } 笔，第一笔捐给 { $project }。
    }银行核实期间，钱由支付服务商暂扣。你的数字暂时不变，你什么都不用做。
chat-dispute-won =
    <b>通过你捐的 { $amount } 没有问题，捐赠有效</b>
    { $count ->
        [1] 银行核实过了，仍然捐给 { $project }。
       *[other] 银行核实过了，{ $count } 笔都不变，第一笔捐给 { $project }。
    }
chat-dispute-lost =
    <b>通过你捐的 { $amount } 退回给了捐赠人</b>
    { $count ->
        [1] 这是银行的决定。这一笔不再算在 { $project } 和你的数字里。
       *[other] 这是银行的决定。这 { $count } 笔（第一笔捐给 { $project }）不再计入，也不再算在你的数字里。
    }你没有做错什么，也什么都不用做。
