# 撤回和退款：半小时内自己撤回，之后申请，由运营方决定；付了两次的，第二笔自动退。

button-undo = 撤回 { $amount }（30 分钟内）
button-refund-wish = 申请退回 { $amount }
button-refund-yes = 同意退回
button-refund-no = 不退

undo-over =
    这一笔已经过了 30 分钟，钱已经记到项目名下。

    真的付错了的话，可以申请退回，运营方看过之后会告诉你结果。
refund-wished = 已经帮你申请退回 { $amount }，运营方看过之后我会告诉你。
refund-declined-told =
    <b>{ $amount } 没有退回</b>
    捐给 { $project }，收据号 <code>{ $code }</code>。运营方说：{ $reason }

extra-returning =
    <b>你付了两次</b>
    第二笔 { $amount } 正在自动退回，到账后我会告诉你。第一笔照常捐给 <b>{ $project }</b>。

command-refunds = 等你决定的退款
refunds-none = 现在没有人申请退款。
refunds-title = <b>申请退款</b>，先到的在前
refunds-line =
    <b>{ $amount }</b> · { $project }
    付于 { $paid }
    申请于 { $asked }
    <code>{ $code }</code>
refunds-near = ⚠ { $rail } 只能在 { $at } 之前原路退，请尽快决定。
refunds-past = ⚠ { $rail } 只能退到 { $at }，现在会被拒绝。请选「不退」，并写明会用什么别的办法退给对方。
refunds-ask-reason = 写一句理由，会原样告诉对方，也会记进操作记录：
refunds-decided-yes = 好，正在退回 { $amount }，到账后会告诉对方。
refunds-decided-no = 好，不退，理由已经告诉对方。
refunds-decided-before = 已经有人决定过了。

error-undo-over = 已经过了 30 分钟，不能自己撤回了，可以申请退回。

button-undo-one = 撤回其中一笔，或申请退回
button-gifts-back = 撤回或申请退回一笔
gifts-back-title =
    <b>想拿回哪一笔？</b>
    收到收据后 30 分钟内可以自己撤回，之后由运营方决定。
gifts-back-line =
    <b>{ $amount }</b> · { $project } · <code>{ $code }</code>
    { $said ->
        [alone] 现在可以自己撤回。
        [ask] 可以申请退回。
        [going] 已经申请了，有结果我会告诉你。
        [gone] 已经退回。
        [late] 时间太久，支付服务商不能原路退了。请带上收据号联系运营方。
       *[not] 这种付款方式不能在这里退。请带上收据号联系运营方。
    }

error-refund-too-late = 支付服务商只在付款后 { $days } 天内可以原路退回，这一笔已经超过了。请带上收据号联系运营方（发 /gifts 可以看到），由运营方另想办法退给你。

refund-told-part =
    <b>你那笔 { $whole } 里有 { $amount } 已退回</b>
    原捐给 { $project }，收据号 <code>{ $code }</code>。到账时间由付款渠道决定，一般几天之内。
gifts-line-part =
    <b>{ $kept }</b> · { $project }
    原捐 { $amount }，退回了 { $back } · { $at } · { $receipt }
extra-returning-many =
    <b>这本小账本你付了两次</b>
    第二次付的 { $amount }（{ $count } 笔）正在自动退回，到账后我会告诉你。第一次付的照常捐出。
extra-told-many =
    <b>这本小账本你付了两次</b>
    第二次付的 { $amount }（{ $count } 笔）也已计入项目。

    想拿回来吗？可以一笔一笔退；留着也很好，都会用在项目上。
extra-kept =
    <b>你付了两次</b>
    第二笔 { $amount } 也已计入 <b>{ $project }</b>，收据号 <code>{ $code }</code>。

    这种付款方式不能在这里退。想拿回来的话，请带上这个收据号联系运营方，发 /paysupport 看怎么联系。运营方已经知道这件事。
extra-kept-many =
    <b>这本小账本你付了两次</b>
    第二次付的 { $amount }（{ $count } 笔）也已计入项目，第一张收据号 <code>{ $code }</code>。

    这种付款方式不能在这里退。想拿回来的话，请带上这个收据号联系运营方，发 /paysupport 看怎么联系。运营方已经知道这件事。
receipt-after-cancel-kept = 你取消之后，付款还是成功了，所以也捐给了项目。这种付款方式不能在这里退，想拿回来的话，请带上收据号联系运营方，发 /paysupport 看怎么联系。
alert-paid-twice = <b>有人用 { $rail } 把一笔 { $amount } 付了两次</b>，收据号 <code>{ $id }</code>。这种方式我们退不了：对方来联系时，请在支付服务商后台或用别的办法退。
