# Codes that are scanned to pay.

scanner-wechat = WeChat
scanner-alipay = Alipay

button-code = Show the code · { $amount }
button-code-open = Open on this phone

code-caption =
    <b>{ $amount }</b> for <b>{ $receiver }</b>
    Scan it with { $app }. 100% goes to the project, and your receipt comes here automatically ❤
code-same-phone = Only this one phone? Open our chat on another screen and scan it from there.
code-same-phone-open = Only this one phone? Use the button below.
code-good = <i>Good for { $minutes ->
        [one] { $minutes } more minute
       *[other] { $minutes } more minutes
    }. After that I have a new one for you.</i>
code-over = That code has expired. Tap Pay for a new one.

tab-pay-code = The code for { $sum } is ready. Every gift on it gets its own receipt.
tab-page-over = { $sum } is waiting to be paid. The last page has expired; tap Pay for a new one.
