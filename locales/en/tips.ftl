# Tips: the buttons under a post, the card before paying, receipts, my gifts.

post-counter = ❤ Charity tips · { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $given }
post-counter-none = ❤ Charity tips · 100% donated
post-counter-test = { $counter } · test

tip-sent = It's in your private chat with me. Pay there ❤
ask-sent = Tell me the amount in our private chat.

tip-card =
    <b>{ $amount }</b> for <b>{ $project }</b>
    { $organisation }
tip-card-from = From { $chat }
project-changed = { $chat } has moved on to “{ $now }”. What you give here still goes to “{ $project }”.
tip-card-tab = { $rail }: takes { $least } or more at a time, so this goes on your tab, one charge at { $sum }
tip-card-choose = Before you pay, choose how the list of gifts shows it. The creator sees the same:
tip-cancelled = Cancelled, nothing was charged: <s>{ $amount } · { $project }</s>
tip-paid =
    <b>Paid ✓</b>
    { $amount } · { $project }
tip-visibility-kept = Noted, for next time too.

button-pay = Pay { $amount }
button-retry = Try again
button-cancel = Cancel
button-see-named = Show my name · “{ $name } { $amount }”
button-see-anonymous = Hide my name · “A kind person { $amount }”
button-see-amount-hidden = Hide the amount · “{ $name }”

ask-amount = How much for <b>{ $project }</b>? Just send a number, anything from { $least } to { $most }.

receipt-thanks = <b>Thank you ❤</b>
receipt-thanks-many = <b>Thank you for your { $count ->
        [one] { $count } gift
       *[other] { $count } gifts
    } ❤</b>
receipt-gift =
    <b>{ $amount }</b>, all of it credited to <b>{ $project }</b>
    Receipt <code>{ $code }</code>
receipt-use = <i>What your money does:</i> { $use }
receipt-after-cancel = You had cancelled, but the payment went through, so it was given. If you want it back, use the button below.
button-receipt = Receipt
button-receipt-of = Receipt { $amount }
button-receipt-coded = Receipt { $amount } · …{ $end }

extra-told =
    <b>You paid twice</b>
    The second { $amount } is credited to <b>{ $project }</b> too, receipt <code>{ $code }</code>.

    Do you want it back? One tap and it's on its way. You can also leave it: both gifts do good.
button-take-back = Take back { $amount }
take-back-asked = { $amount } is on its way back. I'll tell you when it's done.
refund-told =
    <b>{ $amount } was returned</b>
    It had gone to { $project }, receipt <code>{ $code }</code>. Your payment service usually takes a few days.

gifts-title = <b>My gifts</b> · { $total }
gifts-line =
    <b>{ $amount }</b> · { $project }
    { $at } · { $receipt }
gifts-line-refunded =
    <s>{ $amount }</s> returned · { $project }
    { $at } · { $receipt }
gifts-none = Nothing here yet. Tap ¥1 under a channel post, or choose a project now, and your first gift will be here.
