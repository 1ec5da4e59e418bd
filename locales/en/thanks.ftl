# A creator's thank-you, to those of their followers who wish to get one.

button-thank = Say thank you
button-thanks-send = That's it, send
button-thanks-again = Write again

thanks-ask = Thank your followers in <b>{ $chat }</b>? { $people ->
        [one] { $people } of them wishes
       *[other] { $people } of them wish
    } to hear it. Just send me the words, { $most } characters at most; you see it before it goes.
thanks-ask-slot = Thank those who gave on <b>{ $chat }'s charity page</b>? { $people ->
        [one] { $people } of them wishes
       *[other] { $people } of them wish
    } to hear it. Just send me the words, { $most } characters at most; you see it before it goes.
thanks-named = Among them, showing their names: { $names }
thanks-preview = { $people ->
        [one] { $people } person
       *[other] { $people } people
    } will see this:
thanks-message =
    <b>{ $name }</b> thanks you for your charity tip in <b>{ $chat }</b> ❤

    “{ $words }”
thanks-message-slot =
    <b>{ $name }</b> thanks you for your gift on <b>{ $chat }'s charity page</b> ❤

    “{ $words }”
thanks-sent = On its way to { $people ->
        [one] { $people } person
       *[other] { $people } people
    } ❤ Nobody is disturbed at night; it arrives in the morning.
thanks-forgotten = I no longer have your words. Please write them again.
thanks-stopped = Fine, no more thanks for you. /privacy brings them back.

error-thanks-too-soon = One thank-you a week for each channel, group and charity page, so that nobody is disturbed. You can send the next one after { $at }.
error-nobody-to-thank = Nobody who gave in “{ $chat }” has asked for thanks yet. They can switch them on; I won't do it for them.
