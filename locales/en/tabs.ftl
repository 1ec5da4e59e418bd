# Tabs: what is too small for one payment is promised, and paid together; and what to pay by.

command-tab = My tab: promised, not yet paid

rail-sandbox = Play-money wallet
rail-sandbox-card = Play-money card
rail-stripe = Card
rail-wechat = WeChat Pay
rail-alipay = Alipay
rail-stars = Telegram Stars
rail-telegram = Telegram payment

button-way-now = { $rail }: paid now
button-way-tab = { $rail }: goes on your tab, one charge at { $sum }

tab-promised = <b>{ $amount }</b> for <b>{ $project }</b> is on your tab.
tab-standing = Your tab with { $organisation } is at <b>{ $sum }</b>. It's paid when it reaches { $at }, otherwise at the end of the month, if the amount can be charged. Until it's paid it counts in no total.
tab-why = { $rail } takes { $least } or more at a time. Smaller gifts go on your tab and are paid by one charge.
tab-promised-short = { $rail }: on your tab. It’s at { $sum } now, one charge at { $at }.
tab-taken-off = { $amount } is off your tab. Nothing was charged.

tab-title = <b>My tab</b> · { $sum } promised, not yet paid
tab-none =
    <b>Your tab</b> is empty.

    Some ways to pay can't carry a single ¥1. Such gifts wait here and are paid together.
tab-month = You promised { $month } this month. Your own limit is { $limit } a month.
tab-head = <b>{ $organisation }</b> · { $sum }
tab-line = · { $amount } { $project } ({ $at })
tab-more = · and { $count } more
tab-waits = { $rail }: one charge at { $at } or at month's end; you can also pay now.
tab-below = { $rail } can't take less than { $least }. Until then it stays here and moves on to next month.
tab-announced = On { $at }, { $sum } will be charged to { $method }.
tab-asked = { $sum } is waiting to be paid.
tab-charging = { $sum } is being charged. I'll tell you as soon as I know.
tab-skipped = Fine, not this time. I'll ask again on { $date }.
tab-terms-kept = Noted.
tab-pay = Here is the page for { $sum }. Every gift on it gets its own receipt.
tab-ask-settle = At what amount should your tab be paid? Otherwise it's paid at the end of the month, if the amount can be charged.
tab-ask-month = How much may you promise in a month? I'll stop you there.

tab-announce =
    <b>Your tab will be paid in three days</b>
    On <b>{ $at }</b>, <b>{ $sum }</b> will be charged to { $method }, for { $organisation }:
tab-ask =
    <b>Time to pay your tab</b>
    <b>{ $sum }</b> in all for { $organisation }:
tab-declined =
    <b>Your card was declined</b>
    Nothing was charged; here's a link. <b>{ $sum }</b> in all for { $organisation }:

button-tab = My tab
button-tab-pay = Pay { $sum } now · { $name }
button-tab-round = Round up to { $sum } · { $name }
button-tab-skip = Not this time
button-tab-change = Change
button-tab-settle-at = Pay at: { $sum }
button-tab-month = Monthly limit: { $sum }
button-promise-off = Take it off
button-off = Take off { $amount } · { $title }

gifts-sums = { $given } given, { $promised } promised (/tab)
gifts-sum = { $given } given

error-monthly-limit = You promise { $limit } a month at most, { $left } is left. To give more, change the limit with /tab.
error-tab-empty = There is nothing to be paid on this tab. See /tab.
error-tab-below = That's less than { $least }, which can't be charged. It stays on your tab until there's more.
error-tab-changed = Your tab has changed. Here it is as it stands now.
error-tab-busy = This is being charged right now. I'll tell you as soon as I know.
error-no-rail = { $choice ->
    [0] This amount can't be paid here. Try a different amount?
   *[other] This amount can't be paid that way, but like this it can:
}
error-tab-waits = This can't be paid right now. It stays on your tab; we'll ask you again when it can.

tab-method = Paid automatically with { $method }
tab-save = Save a card and your tab will be paid automatically. I'll tell you three days before each charge, and you can delete it at any time.
tab-method-forgotten = Card deleted. Nothing will be charged automatically any more.
button-tab-save = Save a card for next time
button-tab-save-open = Save a card
button-tab-forget = Delete { $method }

command-org = Organisations' accounts
org-title = <b>Organisations' accounts</b>
org-how = To open one: <code>/org connect organisation country [rail]</code>, such as <code>/org connect sunshine US</code>. Rails: { $rails }.
org-no-rail = None of the ways to pay switched on here needs an account of the organisation's own.
org-ready = ✓ { $organisation } · { $rail }: takes payments
org-not-ready = … { $organisation } · { $rail }: still asked for { $asks }
button-org-go-on = Go on

error-organisation-unknown = I know no organisation by that short name. There are: { $known }.
error-rail-unknown = There is no such rail. These there are: { $rails }.

alert-tab-refused = <b>{ $rail } refused to charge a tab of { $amount }</b>: <code>{ $code }</code>. { $code ->
    [amount_too_small] It carries more at the least than the settings say (docs/rails.md).
    [account_invalid] Is the organisation still connected? See /org.
   *[other] Are its keys still right?
} The tab stands as it was and is tried again at the month's end; its donor was told only if they had just pressed to pay.

tabs-together = These { $count } can be paid together: { $names }. <b>{ $sum }</b>, one page, one charge. Each gift goes where you promised it, with its own receipt.
tab-asked-together = { $sum } is waiting to be paid, on one page of { $whole } with other tabs.
tab-not-charged =
    <b>{ $sum } for { $organisation } couldn't be charged just now</b>
    Nothing was taken, and it stays on your tab. It isn't your card: we've told the operator.
button-tabs-pay = Pay these { $count } together · { $sum }
tabs-together-instead = Press that, and the automatic charge announced for any of them is off: you pay on the page instead.
tabs-together-more = { $names } and { $count } more
