# 赞赏：帖子下的按钮、付款前的卡片、收据、我的公益。

post-counter = ❤ 公益赞赏 · { $donors } 人 · { $given }
post-counter-none = ❤ 公益赞赏 · 100% 捐出
post-counter-test = { $counter } · 测试

tip-sent = 已发到你和我的私聊，去那里付款 ❤
ask-sent = 我在私聊里等你输入金额。

tip-card =
    <b>{ $amount }</b> 捐给 <b>{ $project }</b>
    { $organisation }
tip-card-from = 来自 { $chat }
project-changed = { $chat } 后来换了项目，现在支持「{ $now }」；从这里捐的，仍然给「{ $project }」。
tip-card-tab = { $rail }：一次最少付 { $least }，所以先记小账本，满 { $sum } 付一次
tip-card-choose = 付款前可以选捐赠名单上怎么写，博主看到的也一样：
tip-cancelled = 已取消，没有扣款：<s>{ $amount } · { $project }</s>
tip-paid =
    <b>已付款 ✓</b>
    { $amount } · { $project }
tip-visibility-kept = 记住了，下次也这样。

button-pay = 去付款 { $amount }
button-retry = 再试一次
button-cancel = 取消
button-see-named = 显示名字 · 名单上写「{ $name } { $amount }」
button-see-anonymous = 隐藏名字 · 名单上写「爱心人士 { $amount }」
button-see-amount-hidden = 隐藏金额 · 名单上只写「{ $name }」

ask-amount = 想给 <b>{ $project }</b> 多少？直接发个数字，{ $least } 到 { $most } 都可以。

receipt-thanks = <b>谢谢你 ❤</b>
receipt-thanks-many = <b>谢谢你的 { $count } 份心意 ❤</b>
receipt-gift =
    <b>{ $amount }</b> 已 100% 计入 <b>{ $project }</b>
    收据号 <code>{ $code }</code>
receipt-use = <i>这笔钱会做什么：</i>{ $use }
receipt-after-cancel = 你取消之后，付款还是成功了，所以也捐给了项目。想拿回来的话，点下面的按钮。
button-receipt = 看收据
button-receipt-of = 收据 { $amount }
button-receipt-coded = 收据 { $amount } · 尾号 { $end }

extra-told =
    <b>你付了两次</b>
    第二笔 { $amount } 也已计入 <b>{ $project }</b>，收据号 <code>{ $code }</code>。

    想拿回来吗？点一下就退；留着也很好，两笔都会用在项目上。
button-take-back = 拿回 { $amount }
take-back-asked = 正在退回 { $amount }。到账后我会告诉你。
refund-told =
    <b>{ $amount } 已退回</b>
    原捐给 { $project }，收据号 <code>{ $code }</code>。到账时间由付款渠道决定，一般几天之内。

gifts-title = <b>我的公益</b> · 共 { $total } 笔
gifts-line =
    <b>{ $amount }</b> · { $project }
    { $at } · { $receipt }
gifts-line-refunded =
    <s>{ $amount }</s> 已退回 · { $project }
    { $at } · { $receipt }
gifts-none = 还没有记录。在频道帖子下点 ¥1，或者现在挑一个项目，就有第一笔了。
