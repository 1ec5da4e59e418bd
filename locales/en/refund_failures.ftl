# Refunds that were asked for and could not be done: what the donor and who looks after the money are told.

refund-failed-told =
    <b>{ $amount } could not be returned</b>
    The payment provider couldn't return it to you. It is still with { $project }, receipt <code>{ $code }</code>. The operator has been told; you can ask for it once more.

alert-refund-failed = <b>A refund of { $amount } by { $rail } did not reach its donor.</b> They were told and may ask again. See the provider’s dashboard.
alert-refund-open = <b>{ $rail } hasn't told us the outcome of a { $amount } refund for a week</b>: payment <code>{ $id }</code>. See the provider’s dashboard.

refund-other-told =
    <b>One refund of your { $amount } gift didn't arrive</b>
    It went to { $project }, receipt <code>{ $code }</code>. Another refund of it is already on its way, so there's nothing to do. I'll tell you what becomes of it.
