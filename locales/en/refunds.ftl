# Undo and refunds: alone within half an hour, later an operator decides; what was paid twice goes back by itself.

button-undo = Undo { $amount } (for 30 minutes)
button-refund-wish = Ask for { $amount } back
button-refund-yes = Give back
button-refund-no = Decline

undo-over =
    More than 30 minutes have passed, and the gift is credited to the project.

    If it was a mistake, ask for it back. The operator will look at it, and I'll tell you.
refund-wished = I've asked for { $amount } to go back. I'll tell you what the operator says.
refund-declined-told =
    <b>{ $amount } was not returned</b>
    It went to { $project }, receipt <code>{ $code }</code>. The operator says: { $reason }

extra-returning =
    <b>You paid twice</b>
    The second { $amount } is being returned automatically. I'll tell you when it's done. The first goes to <b>{ $project }</b> as you wished.

command-refunds = Refunds that wait for you
refunds-none = Nobody is asking for a refund.
refunds-title = <b>Refunds asked for</b>, oldest first
refunds-line =
    <b>{ $amount }</b> · { $project }
    paid { $paid }
    asked { $asked }
    <code>{ $code }</code>
refunds-near = ⚠ { $rail } returns it until { $at } only. Please decide soon.
refunds-past = ⚠ { $rail } returned it until { $at } and will refuse now. Decline, and say how you’ll pay it back another way.
refunds-ask-reason = Say why in a sentence. They will read it as you write it, and it's kept in the audit log:
refunds-decided-yes = Fine, { $amount } is on its way back. They'll hear when it's done.
refunds-decided-no = Declined. They've been told your reason.
refunds-decided-before = Somebody has decided this already.

error-undo-over = More than 30 minutes have passed: you can ask for it back.

button-undo-one = Undo one of them, or ask for it back
button-gifts-back = Undo, or ask for one back
gifts-back-title =
    <b>Which one would you like back?</b>
    For 30 minutes after its receipt you can undo a gift yourself. Later, the operator decides.
gifts-back-line =
    <b>{ $amount }</b> · { $project } · <code>{ $code }</code>
    { $said ->
        [alone] You can undo it now.
        [ask] You can ask for it.
        [going] Asked for already; I'll tell you what becomes of it.
        [gone] It went back.
        [late] Its payment service returns nothing this old. Write to the operator with the receipt code.
       *[not] Its payment service can't return it from here. Write to the operator with the receipt code.
    }

error-refund-too-late = The payment service returns money for { $days } days only, and this gift is older. Write to the operator with its receipt code, which /gifts shows: they can find another way.

refund-told-part =
    <b>{ $amount } of your { $whole } gift was returned</b>
    It had gone to { $project }, receipt <code>{ $code }</code>. Your payment service usually takes a few days.
gifts-line-part =
    <b>{ $kept }</b> · { $project }
    Of { $amount }, { $back } went back · { $at } · { $receipt }
extra-returning-many =
    <b>You paid your tab twice</b>
    The second { $amount }, for { $count } gifts, is being returned automatically. I'll tell you when it's done. The first is given as you wished.
extra-told-many =
    <b>You paid your tab twice</b>
    The second { $amount }, for { $count } gifts, is credited to the projects too.

    Do you want any of it back? You can also leave it: all of it does good.
extra-kept =
    <b>You paid twice</b>
    The second { $amount } is credited to <b>{ $project }</b> too, receipt <code>{ $code }</code>.

    This way of paying can't return it here. If you want it back, write to the operator with this receipt number; /paysupport says where. They know of it already.
extra-kept-many =
    <b>You paid your tab twice</b>
    The second { $amount }, for { $count } gifts, is credited to the projects too, from receipt <code>{ $code }</code> on.

    This way of paying can't return it here. If you want it back, write to the operator with this receipt number; /paysupport says where. They know of it already.
receipt-after-cancel-kept = You had cancelled, but the payment went through, so it was given. This way of paying can't return it here. If you want it back, write to the operator with the receipt number; /paysupport says where.
alert-paid-twice = <b>Someone paid { $amount } twice by { $rail }</b>, receipt <code>{ $id }</code>. It can't be returned through us: if they write to you, give it back in the provider’s dashboard or another way.
