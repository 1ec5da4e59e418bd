# Disputes: what a donor reads whose bank questions a payment, and the creator in whose chat it was given.

gift-disputed =
    <b>Your bank says you question a payment of { $amount }</b>
    It was paid on { $at } and { $count ->
        [one] went to { $project }, receipt <code>{ $code }</code>
       *[other] paid for { $count } gifts, the first to { $project }, receipt <code>{ $code }</code>
    }. Your bank is looking into it, and the money is held until it decides.

    If that was you, there's nothing to do here. If you do recognise the payment, just tell your bank. I'll let you know what it decides.
gift-dispute-won =
    <b>Your bank has decided: the payment of { $amount } stands</b>
    It was paid on { $at } and { $count ->
        [one] stays with { $project }, receipt <code>{ $code }</code>
       *[other] its { $count } gifts stay where they went, the first with { $project }, receipt <code>{ $code }</code>
    }. There's nothing to do. If you have questions, your bank can tell you why.

chat-disputed =
    <b>A donor's bank questions { $amount } given through you</b>
    { $count ->
        [one] It went to { $project }.
       *[other] It's { $count } gifts, the first to { $project }.
    } The payment service holds the money until the bank decides. Your figures stay as they are for now, and there's nothing for you to do.
chat-dispute-won =
    <b>{ $amount } given through you stays given</b>
    { $count ->
        [one] The bank decided that the gift to { $project } stands.
       *[other] The bank decided that all { $count } gifts stand, the first to { $project }.
    }
chat-dispute-lost =
    <b>{ $amount } given through you went back to the donor</b>
    { $count ->
        [one] Their bank decided so. It no longer counts for { $project }, or in your figures.
       *[other] Their bank decided so. These { $count } gifts, the first to { $project }, no longer count, nor in your figures.
    } You did nothing wrong, and there's nothing to do.
