# Monthly giving: the promise, what comes next, and how to change or end it.

command-monthly = Monthly giving: begin, change, end
button-monthly = Give every month
button-my-monthly = My monthly giving

## Beginning

pledge-none =
    <b>Monthly giving</b>
    A small gift every month to a project you care about. I write to you before it's due, and you can skip a month, pause or end it with one tap, at any time.
pledge-begin =
    <b>{ $goal }</b>
    How much would you like to give every month? Tap, or just type it. You'll see all of it before anything is promised.
pledge-called = { $name } invites you to give every month.
pledge-goal-organisation = { $organisation }, wherever it's needed most
pledge-goal-choices =
    { $count ->
        [one] one project
       *[other] { $count } projects, each month the one that needs it most
    }
pledge-which = <b>Which project would you like to give to every month?</b>
pledge-several =
    <b>Where it's needed most</b>
    Tick two or more projects. Each month your gift goes to whichever of them is furthest from its goal.
pledge-several-many =
    { $count ->
        [one] One is ticked; tick one more, and choose an amount.
       *[other] { $count } are ticked. How much every month?
    }
pledge-tick-again = I've lost track of what you ticked. Please tick again.
pledge-ask-amount =
    <b>{ $goal }</b>
    { $every ->
        [3] How much every three months?
       *[other] How much every month?
    } Send me a number between { $least } and { $most }.
pledge-which-day = On which day of the month?

pledge-so-much = <b>{ $amount } every month</b> for <b>{ $goal }</b>
pledge-so-much-quarter = <b>{ $amount } every three months</b> for <b>{ $goal }</b>
pledge-day =
    { $day ->
        [1] On the 1st of the month
        [2] On the 2nd of the month
        [3] On the 3rd of the month
        [21] On the 21st of the month
        [22] On the 22nd of the month
        [23] On the 23rd of the month
       *[other] On the { $day }th of the month
    }
pledge-day-or-last = On the { $day }th of the month; in shorter months, on the last day
pledge-day-last = On the last day of the month
pledge-how-saved = Charged to { $method }. You'll hear from me 7 days before each charge.
pledge-how-link = I send you a link ({ $rail }) on the day. You pay it yourself; nothing is ever charged on its own.
pledge-how-tab = It goes on your tab, which is paid in one go.
pledge-how-stars = Paid in Telegram Stars: { $stars } when you begin, then every 30 days. Telegram takes them by itself, and counts the days itself. You hear from me 7 days before each.
pledge-no-way = There's no way to pay this amount every month. Please choose another.
pledge-too-little = { $rail } takes { $least } or more at a time. Give every three months at once instead, or let it go on your tab.
pledge-first = First gift: { $date }.
pledge-first-today =
    { $way ->
        [tab] First gift: today, on your tab.
       *[other] First gift: today. The link comes as soon as you say yes.
    }
pledge-first-saved =
    First charge: { $date }. { $days ->
        [0] I'll write to you before it, today.
       *[other] I'll remind you on { $notice }.
    }
pledge-first-stars = First gift: today. The invoice opens with the next button.
pledge-seen =
    { $how ->
        [anonymous] Others will see the amount, not your name.
        [amount_hidden] Others will see your name, not the amount.
       *[named] Others will see your name and the amount.
    }
pledge-free = Skip a month, pause, change or end it with one tap. It takes effect at once.

button-pledge-more = Give to one more
button-pledge-several = Where it's needed most
button-pledge-organisation = Wherever they need it most
button-pledge-yes = Yes, { $amount } every month
button-pledge-yes-quarter = Yes, { $amount } every three months
button-pledge-quarter = { $amount } every three months
button-pledge-day = Day
button-pledge-amount = Amount
button-pledge-last-day = The last day
button-pledge-once = Give { $amount } today as well
pledge-by-saved = By itself · { $method }
pledge-by-link = By a link · { $rail }
pledge-by-tab = On my tab
pledge-by-stars = Telegram Stars · { $stars } every 30 days

pledge-twice =
    { $every ->
        [3] You already give <b>{ $amount }</b> to <b>{ $goal }</b> every three months.
       *[other] You already give <b>{ $amount }</b> to <b>{ $goal }</b> every month.
    } You can change it instead of starting a second one.

## What one gives

pledge-list =
    { $count ->
        [one] <b>My monthly giving</b> · { $sum } a month
       *[other] <b>My monthly giving</b> · { $count } gifts, { $sum } a month
    }
pledge-given =
    { $count ->
        [one] One gift so far ❤
       *[other] { $count } gifts so far ❤
    }
pledge-next-saved =
    Next: { $date }, charged to { $method }. { $days ->
        [0] I'll write to you before it, today.
       *[other] I'll remind you on { $notice }.
    }
pledge-next-link = Next: { $date }. I'll send you a link that day.
pledge-next-tab = Next: { $date }, on your tab.
pledge-next-stars = Next: { $date }, taken by Telegram. I'll remind you on { $notice }.
pledge-next-now =
    { $way ->
        [tab] This one is about to go on your tab.
       *[other] The link for this one is on its way.
    }
pledge-then-saved = Then: { $date }, charged to { $method }.
pledge-then-link = Then: { $date }.
pledge-then-tab = Then: { $date }.
pledge-then-stars = Then: { $date }.
pledge-now-announced = { $month }: <b>{ $amount }</b> will be charged to { $method } on { $date }.
pledge-now-comes =
    { $way ->
        [tab] { $month }: <b>{ $amount }</b> is about to go on your tab.
       *[other] { $month }: the link for <b>{ $amount }</b> is on its way.
    }
pledge-now-ahead =
    { $way ->
        [tab] { $month }: <b>{ $amount }</b> goes on your tab on { $date }.
       *[other] { $month }: on { $date } I'll send you a link for <b>{ $amount }</b>.
    }
pledge-now-stars = { $month }: <b>{ $amount }</b> ({ $stars }) will be taken by Telegram on { $date }.
pledge-now-asked = { $month }: <b>{ $amount }</b> is waiting for you.
pledge-now-on-tab = { $month }: <b>{ $amount }</b> is on your tab.
pledge-now-on-tab-several = <b>{ $amount }</b> of { $count } months is on your tab.
pledge-now-charging = { $month }: <b>{ $amount }</b> is being charged. I'll tell you as soon as I know.
pledge-now-retry = { $month }: <b>{ $amount }</b> couldn't be charged. I'll try again on { $date }.
pledge-left-out = { $month } is left out.
pledge-paused =
    Paused until you say so. { $way ->
        [saved] Nothing is charged.
        [stars] Nothing is charged.
       *[other] You won't be asked for anything.
    }
pledge-paused-until =
    Paused until { $date }; { $way ->
        [saved] nothing is charged before then.
        [stars] nothing is charged before then.
       *[other] you won't be asked before then.
    }
pledge-waiting =
    { $goal } takes no gifts right now. { $way ->
        [saved] Nothing is charged until you choose where it goes on.
        [stars] Nothing is charged until you choose where it goes on.
       *[other] You won't be asked until you choose where it goes on.
    }
pledge-over =
    This one has ended. { $way ->
        [saved] Nothing more will be charged.
        [stars] Nothing more will be charged.
       *[other] You won't be asked again.
    }
pledge-stars-renews = Telegram takes { $stars } every 30 days.
pledge-stars-begin = Pay { $stars } in Telegram to begin; the same is then taken every 30 days. Until you do, nothing is taken.
pledge-stars-anew = Nothing is taken by itself now: Telegram can't leave out a month or take another amount, so its subscription was ended. Begin a new one of { $stars } whenever you like, or wait for my message that day.
pledge-stars-ended = The subscription in Telegram is ended. When you go on, you begin a new one there.

button-pledge-one = { $amount } · { $goal }
button-pledge-show = Show it
button-pledge-pay = Pay { $amount } now
pledge-pay-stars = <b>{ $stars }</b> now and every 30 days, as your <b>{ $amount }</b> for <b>{ $goal }</b>. Pause, skip or end it here with one tap, or in Telegram under Settings › My Stars.
button-pledge-stars = Pay { $stars } every 30 days
button-pledge-skip = Skip { $month }
button-pledge-unskip = Give in { $month } after all
button-pledge-pause = Pause
button-pledge-resume = Go on
button-pledge-change = Change
button-pledge-cancel = End it
button-pledge-again = Begin again
button-pledge-where = Choose where it goes on

## What was done, and what happens next

pledge-made = <b>Thank you ❤</b> You now give every month.
pledge-skipped =
    <b>Skipped.</b> That's fine; { $way ->
        [saved] nothing is charged for that month.
        [stars] nothing is charged for that month.
       *[other] you won't be asked for that month.
    }
pledge-unskipped = <b>It's back in.</b> Thank you!
pledge-paused-now = <b>Paused.</b> See you after that.
pledge-resumed = <b>It goes on.</b> Good to have you back!
pledge-cancelled = <b>Ended.</b> Thank you for all you gave. If you like, tell us why with one tap:
pledge-cancelled-before = <b>Ended.</b> Thank you for all you gave.
pledge-why-kept = <b>Thank you for telling us.</b>
pledge-amount-changed = <b>Amount changed.</b>
pledge-day-changed = <b>Day changed.</b>
pledge-way-changed = <b>Noted: this is how it's paid from now on.</b>
pledge-moved = <b>It goes on here.</b> Thank you!
pledge-visibility-changed = From the next gift on.

button-pledge-why-money = Money is tight
button-pledge-why-another = I give elsewhere
button-pledge-why-unclear = Unclear what it did
button-pledge-why-too-many = Too many messages
button-pledge-why-other = Another reason

## Changing

pledge-change = <b>{ $amount }</b> for <b>{ $goal }</b>: what would you like to change? The ticked line is what others see.
pledge-new-amount =
    { $every ->
        [3] You give <b>{ $amount }</b> to <b>{ $goal }</b> every three months. How much every three months from now on?
       *[other] You give <b>{ $amount }</b> to <b>{ $goal }</b>. How much from now on?
    }
pledge-every-month = You give <b>{ $amount }</b> to <b>{ $goal }</b> every three months. How much every month instead?
pledge-new-way = How would you like to pay?
pledge-below =
    { $every ->
        [3] <b>{ $amount }</b> every three months can't be paid that way. Here is what works:
       *[other] <b>{ $amount }</b> every month can't be paid that way. Here is what works:
    }
pledge-pause = For how long?
pledge-where = You give <b>{ $amount }</b> to <b>{ $goal }</b>. Where should it go from now on?
pledge-where-waiting = <b>{ $goal }</b> isn't taking gifts now. Where should your <b>{ $amount }</b> go from now on?
pledge-pay = { $month }: <b>{ $amount }</b> for <b>{ $goal }</b>. Here is the page; the receipt comes by itself.
pledge-save = Your card is saved on the provider's own page; I never see its number. When you're back, open /monthly and choose it.

button-pledge-way = How it's paid
button-pledge-every-month = Every month instead
button-pledge-project = Project
button-pledge-save = Save a card, so it pays by itself
button-pledge-save-page = Save my card
button-pledge-months =
    { $count ->
        [one] 1 month
       *[other] { $count } months
    }
pledge-over-on-its-way = This one has ended. { $month }: <b>{ $amount }</b> was on its way before that. If it still goes through, you get a receipt; nothing is charged after it.
pledge-pay-instead = From here on it's paid by this page: I won't try your card again for { $month }.
button-pledge-names = What others see
pledge-which-names = What shall others see of these gifts? The ticked line is how it is now.

button-pledge-as-before = Undo: go on as before
pledge-as-before = <b>As before.</b> The gift you had just paused comes as it was announced.
