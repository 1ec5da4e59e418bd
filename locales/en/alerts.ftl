# For those who look after the money: what is so, the details, what to do.

alert-kind = { $kind ->
    [paid] payment
    [refunded] refund
    [refund_failed] failed refund
    [fee] fee
    [disputed] dispute
    [dispute_won] dispute we won
    [dispute_lost] dispute we lost
    [payout] payout
    [payout_failed] failed payout
   *[transferred] transfer
 }
alert-their-kind = { $theirkind ->
    [paid] a payment
    [refunded] a refund
    [refund_failed] a failed refund
    [fee] a fee
    [disputed] a dispute
    [dispute_won] a dispute we won
    [dispute_lost] a dispute we lost
    [payout] a payout
    [payout_failed] a failed payout
   *[transferred] a transfer
 }
alert-differences = <b>The books and { $rail } disagree</b>: { $count ->
    [one] one new difference
   *[other] { $count } new differences
 }. Nothing was changed.
alert-line-missing-in-books = • { alert-kind } <code>{ $id }</code>, { $theirs }, { $at }: not in our books. If an event did not arrive, send it again from the provider’s dashboard.
alert-line-missing-at-provider = • { alert-kind } <code>{ $id }</code>, { $ours }, { $at }: not at the provider. Look for it in their dashboard before anything is paid out.
alert-line-amount-differs = • { alert-kind } <code>{ $id }</code>, { $at }: { $theirs } at the provider, { $ours } in our books.
alert-line-currency-differs = • { alert-kind } <code>{ $id }</code>, { $at }: { $theirs } at the provider, { $ours } in our books. Was it converted?
alert-line-kind-differs = • { alert-kind } <code>{ $id }</code>, { $ours }, { $at }: the provider calls it { alert-their-kind }, { $theirs }.
alert-line-booked-twice = • { alert-kind } <code>{ $id }</code>, { $ours }, { $at }: booked twice; the provider has it once, under another id.
alert-line-more = • and { $count } more
alert-line-see = All of them, and what to do: <code>{ $command }</code>
alert-not-reconciled = <b>The books could not be compared with { $rail }</b> today ({ $tries } attempts). Nothing is known of any difference; I go on trying.
alert-line-no-answer = • The provider did not answer.
alert-line-refused = • The provider refused: <code>{ $code }</code>. Are its keys right?
alert-line-no-room = • There is no room for the temporary file (<code>{ $code }</code>): set SQLITE_TMPDIR to a folder with free space.
alert-line-unreadable = • Its answer can’t be read: <code>{ $code }</code>

alert-guard-raised = <b>Someone is testing cards on { $rail }</b>: for a while it takes larger gifts only. It goes back to normal by itself.
alert-guard-shut = <b>Someone is testing cards on { $rail }</b>: for a while it takes nothing from strangers; who gave before is not affected. It goes back to normal by itself.
alert-payment-open = <b>A payment has had no outcome for seven days</b>: { $rail } · { $amount } · <code>{ $id }</code>. Look for it in the provider’s dashboard.
alert-disputed = <b>A donor’s bank disputes a gift</b>: { $rail } · { $amount } · <code>{ $id }</code>. The provider holds the money; the project’s books are as they were. Answer in the provider’s dashboard in time.
alert-dispute-won = <b>We won the dispute</b>: { $rail } · { $amount } · <code>{ $id }</code>. The money is back.
alert-dispute-lost = <b>We lost the dispute</b>: { $rail } · { $amount } · <code>{ $id }</code>. It was taken off the project’s books.
alert-refund-wished = <b>Somebody asks for { $amount } back</b>. See /refunds.
alert-refund-refused = <b>{ $rail } refused to refund { $amount }</b>: <code>{ $code }</code>. See the provider’s dashboard.

alert-inquiry = <b>A donor’s bank asks about a gift</b>: { $rail } · { $amount } · <code>{ $id }</code>. No money was taken yet. Answer in the provider’s dashboard in time, so that it stays so.
alert-odd = <b>An event of { $rail } can’t be booked</b>: { alert-kind } <code>{ $id }</code>. Money may have moved, and the books don’t have it. Look for it in the provider’s dashboard.
alert-line-odd-amount = • It says { $amount }, which is not what we asked for.
alert-line-odd-other = • It doesn’t fit what our books know; the log says more.
alert-waiting = <b>{ $rail } tells of something we don’t know</b>: { $count ->
    [one] one event has
   *[other] { $count } events have
 } waited for over an hour, the newest <code>{ $id }</code>. They are booked by themselves once we hear what they are about. Look for them in the provider’s dashboard.
alert-reversed = <b>Money we passed on came back</b>: { $rail } · { $amount } · <code>{ $id }</code>. It is with the operator again. See the provider’s dashboard for why, and tell the organisation.

alert-account-ready = <b>{ $organisation } can take payments now</b>: its account with { $rail } is ready. There's nothing more to do.
alert-account-shut = <b>{ $organisation } can't take payments for now</b>: its account with { $rail } needs attention. Nothing is lost; gifts wait, or go another way, until it's ready again. Whoever looks after it finds the way with /org.
alert-line-account-asks = • Still asked for: { $asks }

# What a payment service is called for those who look after the money, who have to find it again.
service-sandbox = the play-money wallet
service-sandbox-card = the play-money card
service-stripe = Stripe (cards)
service-wechat = WeChat Pay
service-alipay = Alipay
service-stars = Telegram Stars
service-telegram = Telegram payments
