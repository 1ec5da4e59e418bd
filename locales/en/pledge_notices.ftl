receipt-month =
    <b>Thank you ❤</b> { $amount }, all of it credited to <b>{ $project }</b>{ $count ->
        [1] .
       *[other] , month { $count } in a row.
    }
    Receipt <code>{ $code }</code>

instalments-several = { $kind ->
    [pledge_announced] <b>Your monthly gifts next week</b>
    [pledge_declined] <b>{ $count } monthly gifts didn’t go through</b>
    [pledge_left_out] <b>{ $count } monthly gifts were not charged this time</b>
    [pledge_paused] <b>{ $count } monthly gifts are paused</b>
    [pledge_waiting] <b>{ $count } monthly gifts need a new home</b>
   *[other] <b>{ $count } monthly gifts are waiting for you</b>
}
instalment-announced =
    <b>{ $amount } for { $project }</b> on { $at }
    Paid with { $method }. If that’s fine, there’s nothing to do.
instalment-announced-stars =
    <b>{ $amount } for { $project }</b> on { $at }
    Telegram takes { $stars } by itself. If that’s fine, just have them on your balance. Skipping, pausing or changing ends its subscription; you can begin another.
instalment-news = <i>News from { $project }:</i> { $news }
instalment-asked =
    { $why ->
        [authenticate] Your bank wants to hear it from you, so the card wasn’t charged. Here’s a link instead.
        [expired] Your card has expired, so nothing was charged. Here’s a link instead.
        [stars] Telegram couldn’t take your Stars this time (often the balance), and its subscription is ended. If you like, begin a new one.
        [other] Your card couldn’t be charged, so here’s a link instead.
       *[none] The day of your gift has come.
    }
    <b>{ $month }: { $amount } for { $project }</b>, to be paid by { $until }. If it doesn’t suit you this time, let it pass.
instalment-reminded =
    Still open: <b>{ $amount } for { $project }</b> ({ $month })
    You can pay it until { $until }. I won’t remind you of this one again.
instalment-declined =
    <b>{ $month }: { $amount } for { $project } didn’t go through</b>
    { $why ->
        [expired] Your card has expired.
        [authenticate] Your bank wants to hear it from you.
       *[other] Your bank said no; it doesn’t tell us why. Often the balance or a limit is the reason.
    } Nothing was taken. I’ll try again on { $at }.
instalment-paused =
    <b>Your monthly gift to { $project } is paused</b>
    The card was declined three times, so I stopped trying. Thank you for everything so far. Go on whenever you like.
instalment-paused-missed =
    <b>Your monthly gift to { $project } is paused</b>
    It went unpaid three times in a row, so I’ll stop asking. Thank you for everything so far. Go on whenever you like.
instalment-paused-stars =
    <b>Your monthly gift to { $project } is paused</b>
    You ended the subscription in Telegram, so nothing more is taken. Thank you for everything so far. Go on whenever you like.
instalment-waiting =
    <b>Where should your { $amount } go next?</b>
    { $project } has what it needed, or takes no gifts right now. There's nothing to pay until you choose.

button-instalment-skip = Skip
button-instalment-change = Change
button-instalment-pause-for = Pause for { $count } months
button-instalment-how-long = Pause: how long?
button-instalment-cancel = End it
button-instalment-resume = Go on
button-instalment-choose = Choose a project
button-instalment-pay-link = Pay { $amount } by link
button-instalment-pay-for = Pay { $amount } · { $project }
button-instalments = My monthly gifts

alert-pledge-refused = <b>{ $rail } refused a monthly gift of { $amount }</b>: <code>{ $code }</code>. { $code ->
    [amount_too_small] It carries more at the least than the settings say (docs/rails.md).
    [account_invalid] Is the organisation still connected? See /org.
    [no_rail] No rail that is switched on takes it. Is the organisation connected? See /org.
   *[other] Are its keys still right?
} It is tried again tomorrow; after a week the donor is sent a link instead.

instalment-left-out =
    <b>{ $month }: { $amount } for { $project } was not charged</b>
    I couldn’t charge it in time with a word to you before, so this month is left out. The next one comes as usual, and I’ll tell you first.
