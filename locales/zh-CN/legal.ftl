# 规则、付款帮助、联系真人；网页 /terms 和 /privacy。

contact = 需要真人帮忙？联系 { $contact }
help-more =
    <b>还有</b>
    /privacy 谁能看到你的什么，想收到什么，导出和离开
    /paysupport 付款遇到问题
    /terms 规则
help-staff = <b>由你照看</b>
button-terms-page = 全部规则

paysupport =
    <b>付款遇到问题？</b>

    · <b>没收到收据</b>：一般几秒就到，付款渠道慢的时候要几分钟。发 /gifts 看看，到账了就会在里面。
    · <b>付了两次</b>：第二笔会单独告诉你，会自动退回，或者点那条消息下面的「拿回」。
    · <b>取消以后还是扣了款</b>：收据下面有「拿回」，点一下就退。
    · <b>付错了</b>：30 分钟内点收据下面的「撤回」。再晚就在 /gifts 里申请退回，由运营方决定，理由会告诉你。
    · <b>扣了款，这里却没有</b>：不要再付一次。带上付款时间、金额和付款渠道的单号联系运营方。

    我不会要你的银行卡号、密码或验证码。
terms =
    <b>规则，说短一点</b>

    · 你给多少，就计入项目多少：100%，手续费由运营方承担。
    · 这是捐赠，不是购买，也不是存款：这里没有钱包，付款之前随时可以取消。
    · 30 分钟内可以自己撤回。再晚，捐款就属于项目了：可以申请退回，由运营方决定。付了两次、取消后仍扣款的，什么时候都能拿回。
    · 项目停止接收时，新的捐款会被婉拒；在路上的照样计入。
    · 收据是付款记录，不是税前扣除用的票据；公益捐赠票据由收款的机构开具。
    · 请别用来洗钱、刷榜，或者冒充别人；这样的捐款会被退回。
terms-operator = 运营方：{ $name }
terms-basis = 依据：{ $basis }

web-terms-title = 规则
web-terms-lead = 用益赞捐赠，就是同意下面这些。
web-terms-money-title = 钱去哪里
web-terms-money = 你付的每一分都计入你选的项目。付款手续费由运营方承担，记作运营方的费用，不从捐款里扣。每一笔都进复式账本，收据和账本上的分录谁都可以查。
web-terms-gift-title = 这是捐赠
web-terms-gift = 捐赠不是购买，也不是存款：这里没有钱包，不存钱，也没有利息和回报。付款之前随时可以取消。
web-terms-refund-title = 退款
web-terms-refund = 收到收据后 30 分钟内可以自己撤回。再晚，捐款就属于项目了：在 /gifts 里申请退回，由运营方决定，理由会告诉你。同一笔付了两次，或者取消以后仍然扣了款，什么时候都能拿回。钱按原路退回；支付服务商退不了的，带上收据号联系运营方。
web-terms-project-title = 项目
web-terms-project = 项目由公益机构发起并执行，经过核验才会出现在这里。项目停止接收后，新的捐款会被婉拒，并给出别的项目；已经在路上的付款照样计入。
web-terms-receipt-title = 收据
web-terms-receipt = 这里的收据是付款记录，不是税前扣除用的票据；公益捐赠票据由收款的机构开具。
web-terms-fair-title = 请不要
web-terms-fair = 请不要用来洗钱、刷榜，或者冒充别人。这样的捐款会被退回。
web-terms-who-title = 谁在运营
web-terms-who = 运营方：{ $name }
web-terms-basis = 依据：{ $basis }
web-terms-who-unknown = 运营方还没有写明自己是谁。捐赠之前，请先问清楚。

web-privacy-title = 隐私
web-privacy-lead = 我们记得尽量少，只在你问起、或事关你的钱时才找你。
web-privacy-held-title = 记什么，为什么
web-privacy-held = 你的 Telegram 号码、名字、用户名和语言：为了认得你、用你的语言回答。你的设置。你的捐赠：金额、项目、时间、收据号，和你选的显示方式。付款渠道发来的通知：为了对账。你没写完的对话：一天后自动删除。
web-privacy-not-title = 不记什么
web-privacy-not = 银行卡号、密码、电话号码、通讯录、你在群里聊了什么。付款在付款渠道自己的页面上完成，我们看不到。群里的发言只有被赞赏时，才会记下开头几个字和是谁说的。
web-privacy-seen-title = 谁看得到
web-privacy-seen = 名单和收据只显示你选的：显示名字、隐藏名字，或隐藏金额。博主看到的和名单一样。运营方的管理人员为了对账和退款可以看到捐赠记录。我们不卖数据，不放广告，网页上没有追踪脚本，也不用 Cookie。
web-privacy-choice-title = 你可以做什么
web-privacy-choice = 在机器人里发 /privacy：改显示方式，打开或关掉每一类消息，导出我们记着的一切，或者离开。
web-privacy-open = 打开隐私设置
web-privacy-leave-title = 离开以后
web-privacy-leave = 你的身份从每一张表里删掉：名字、号码、用户名、设置、对话、付款渠道通知的原文。捐赠的金额、项目和收据号会留下，写作「爱心人士」，因为账要对得上。之后才到的付款通知照样入账，入账后原文立即删掉。
web-privacy-backup-title = 备份
web-privacy-backup = 离开的人在备份里还会留到备份到期。如果要从备份恢复，运营方会把之后离开的人重新删一遍。
web-privacy-others-title = 别人的记录
web-privacy-others = 付款渠道和 Telegram 有它们自己的记录，请直接找它们。
help-monthly =
    <b>你的月捐</b>
    /certificates 月捐证书，可以留着，也可以给人看
    /why 用一句话说说你为什么月捐
