# 扫码付款。

scanner-wechat = 微信
scanner-alipay = 支付宝

button-code = 显示二维码 { $amount }
button-code-open = 在这部手机上打开

code-caption =
    <b>{ $amount }</b> 捐给 <b>{ $receiver }</b>
    用{ $app }扫一扫就能付，100% 捐出，收据会自动发到这里 ❤
code-same-phone = 手边只有这一部手机？在电脑或别的屏幕上打开我们的对话，再来扫。
code-same-phone-open = 手边只有这一部手机？点下面的按钮。
code-good = <i>还有 { $minutes } 分钟有效，过了我再给你一张新的。</i>
code-over = 这张码过期了。点「现在付」，马上换一张新的。

tab-pay-code = { $sum } 的支付二维码准备好了，付完自动入账，每一笔都有收据。
tab-page-over = 等你付 { $sum }。上次的付款页过期了，点「现在付」换一个新的。
