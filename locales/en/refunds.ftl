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
    The second { $amount } is on its way back by itself. I'll tell you when it's done. The first goes to <b>{ $project }</b> as you wished.

command-refunds = Refunds that wait for you
refunds-none = Nobody is asking for a refund.
refunds-title = <b>Refunds asked for</b>, oldest first
refunds-line =
    <b>{ $amount }</b> · { $project }
    paid { $paid }
    asked { $asked }
    <code>{ $code }</code>
refunds-ask-reason = Say why in a sentence. They will read it as you write it, and it's kept in the audit log:
refunds-decided-yes = Fine, { $amount } is on its way back. They'll hear when it's done.
refunds-decided-no = Fine, it's declined, and they have your reason.
refunds-decided-before = Somebody has decided this already.

error-undo-over = More than 30 minutes have passed: you can ask for it back.
