# Privacy: who sees what, what one wants to be told, export, leaving.

command-privacy = Who sees what, and what I'm told
button-privacy-page = Privacy page
button-named-in-groups = Name me in groups when I am tipped
button-kind-giving-days = Giving days
button-kind-project-news = Project news
button-kind-monthly = Monthly
button-kind-thanks = Thank-yous
button-export = Export my data
button-leave-service = Leave Yizan
button-leave-really = Yes, forget me

privacy =
    <b>Your choice</b>
    One tap is all it takes, and you can change your mind.

    <b>What others see of your next gifts</b>
    Pick one below; the button says how the list will read. Gifts you have made stay as they were.
privacy-told =
    <b>What I may tell you</b>
    Receipts and news about your own money always come. Nothing else does unless you tick it:
    · Giving days: when the monthly one-yuan giving day begins
    · Project news: when a project you gave to has something to tell
    · Monthly giving: once a month, where the money went
    · Thank-yous: words from creators and projects
privacy-data =
    <b>Your data</b>
    You can have everything I hold about you, and you can have me forget it.
privacy-visibility-kept = Noted, from your next gift on.
privacy-named-on = OK: groups will show your name.
privacy-named-off = OK: groups won't show your name.
privacy-told-on = Fine, I'll tell you when there is something.
privacy-told-off = Fine, no more of these.

export-coming = Putting it together; it's on its way.
export-sent = Sent.
export-complete =
    This is everything I hold about you, and nothing about anyone else.
    There are payment records in it: think before you pass it on.
export-cut-short =
    This is what I hold about you. It was too much for one file; its first lines say what is missing. Ask the operator if you need the rest.

leave-ask = <b>Do you really want to leave?</b>
leave-goes =
    <b>What I'll forget</b>
    · your name, username, Telegram number, language and every setting
    · your roles, the channels and groups you managed, unfinished conversations, messages not sent yet
    · what payment services sent me about you, as they sent it
    · unpaid tips are cancelled; channels and groups you switched on are paused until another administrator takes over
leave-stays =
    <b>What stays</b>
    · amount, project and receipt code of every gift, as from “A kind person”: the books must add up, and anyone may check them
    · the payment service's own records; and backups, until they expire
    · this conversation, in your own Telegram: delete it there if you like
leave-before = It can't be undone: “My gifts” will be empty, and you can't take back an extra payment yourself. Export first if you want a record. If you write to me again, we meet for the first time.
leave-begun = Forgetting you…
leave-done =
    <b>You are forgotten.</b>
    Thank you for having been here ❤ Your gifts go on doing good, and their receipt codes still work.

    If you ever want to come back, send /start.

dialog-not-words = I'm waiting for an answer in words, and can't read anything else. Type it, or tap “Never mind”.
dialog-forwarded = I don't take a forwarded message as your words, and its buttons don't work. Type it yourself, or use a button below.
dialog-edited = I don't read a message again after it was changed. Send a new one, or use a button below.
unknown-link = This link no longer works.
