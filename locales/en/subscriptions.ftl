# What somebody wants to be told: the question after a first gift, fewer, none, and their clock.

wishes =
    <b>May I tell you more?</b>
    Receipts and news about your own money always come. Anything else comes only if you tick it, and never at night. I ask this once.
wishes-kinds =
    · Giving days: when the monthly one-yuan giving day begins
    · Project news: when a project you gave to has something to tell
    · Monthly giving: once a month, where the money went
    · Thank-yous: words from creators and projects
button-wishes-none = Nothing, thanks
button-wishes-done = That's it
wishes-none = Fine: only receipts and news about your own money. If you change your mind: /privacy
wishes-some = Noted: { $kinds }. Under each message are “fewer” and “none”, and all of it is in /privacy.

button-less-fewer = Fewer of these
button-less-none = None of these
button-less-undo = Undo
less-all = { $kind }: you get them all again.
less-fewer = { $kind }: one a week at most from now on.
less-none = { $kind }: none from now on. You can undo it below the message, or later in /privacy.
less-not-undone = { $kind }: you chose something else since, and that stays. You can change it in /privacy.
less-was-none = { $kind }: you get none of these already. Nothing to change.

button-fewer = one a week at most
privacy-fewer-on = Fine, one a week at most.
privacy-fewer-off = Fine, all of them.

button-clock = My clock: { $place }
button-clock-operator = Like here: { $place }
button-clock-back = Back to my choices
clock =
    <b>What time is it where you are?</b>
    I go by { $place } ({ $offset }). Nothing but receipts comes between { $begin } and { $end } on your clock, and receipts come without a sound.

    Pick a place below, or send me your city or country.
clock-no-quiet =
    <b>What time is it where you are?</b>
    I go by { $place } ({ $offset }).

    Pick a place below, or send me your city or country.
clock-which = Which of these?
clock-kept = Noted: { $place } ({ $offset }).
error-clock-unknown = I don't know that place. Try the largest city of your time zone, or your country's name.
