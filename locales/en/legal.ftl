# The rules, help with payments, a human to ask; the pages /terms and /privacy.

contact = Need a human? Ask { $contact }
help-more =
    <b>And also</b>
    /privacy who sees what, what you are told, export, leaving
    /paysupport when a payment went wrong
    /terms the rules
help-staff = <b>In your care</b>
button-terms-page = All the rules

paysupport =
    <b>Did a payment go wrong?</b>

    · <b>No receipt</b>: it usually takes seconds, or minutes when the payment service is slow. Send /gifts; once it has arrived, it is there.
    · <b>Paid twice</b>: I tell you about the second one. It goes back by itself, or with “Take back” under that message.
    · <b>Cancelled, but charged</b>: its receipt has a “Take back” button.
    · <b>A mistake</b>: for 30 minutes the receipt has an “Undo” button. Later, ask for it back under /gifts; the operator decides and tells you why.
    · <b>Charged, but nothing here</b>: please don't pay again. Write to the operator with the time, the amount and the payment service's number.

    I never ask for card numbers, passwords or codes.
terms =
    <b>The rules, in short</b>

    · What you give is credited to the project: 100%. The operator pays the fees.
    · It's a gift, not a purchase and not a deposit: there is no wallet here, and until you pay you can cancel.
    · For 30 minutes you can undo a gift yourself. After that it belongs to the project: you can ask for it back, and the operator decides. What you paid twice, or after cancelling, goes back in any case.
    · When a project closes, new gifts are declined; those on their way still count.
    · Receipts are payment records, not tax receipts; only the charity that received the gift can issue those.
    · No money laundering, no faked rankings, no pretending to be someone else: such gifts are returned.
terms-operator = Operator: { $name }
terms-basis = Legal basis: { $basis }

web-terms-title = Terms
web-terms-lead = By giving through Yizan you agree to these.
web-terms-money-title = Where the money goes
web-terms-money = Every cent you pay is credited to the project you chose. The payment fees are the operator’s expense and never come out of a gift. Every gift is booked in a double-entry ledger; anyone can check a receipt and its entry.
web-terms-gift-title = It is a gift
web-terms-gift = A gift is not a purchase and not a deposit: there is no wallet, nothing is stored, and nothing comes back as interest or reward. Until you pay, you can cancel.
web-terms-refund-title = Refunds
web-terms-refund = For 30 minutes after its receipt you can undo a gift yourself. After that it belongs to the project: ask for it back under /gifts, and the operator decides and tells you why. If you paid twice for one gift, or were charged after cancelling, you can take that back at any time. Money goes back the way it came; where a payment service can’t return it, write to the operator with the receipt code.
web-terms-project-title = Projects
web-terms-project = Charities start and run the projects, and each was checked before it appeared here. When a project closes, new gifts are declined and other projects offered; payments on their way still count.
web-terms-receipt-title = Receipts
web-terms-receipt = Receipts here are payment records, not tax receipts. Only the charity that received the gift can issue those.
web-terms-fair-title = Please don’t
web-terms-fair = No money laundering, no faked rankings, no pretending to be someone else. Such gifts are returned.
web-terms-who-title = Who runs this
web-terms-who = Operator: { $name }
web-terms-basis = Legal basis: { $basis }
web-terms-who-unknown = The operator hasn’t said who they are. Please ask before you give.

web-privacy-title = Privacy
web-privacy-lead = We keep as little as we can, and write only when you ask or when it’s about your money.
web-privacy-held-title = What is kept, and why
web-privacy-held = Your Telegram number, name, username and language: to know you again and answer in your language. Your settings. Your gifts: amount, project, time, receipt code, and how you chose to be seen. Notices from payment services: to keep the books. A conversation you didn’t finish: for a day.
web-privacy-not-title = What is not kept
web-privacy-not = Card numbers, passwords, telephone numbers, contacts, what you say in groups. You pay on the payment service’s own page, which we can’t see. Of a message in a group, only the first words and who wrote it are kept, and only if it is tipped.
web-privacy-seen-title = Who can see it
web-privacy-seen = Lists and receipts show what you chose: your name, no name, or no amount. Creators see the same as the list. The operator’s staff can see gifts to keep the books and return payments. Nothing is sold, there are no ads, and these pages have no trackers and no cookies.
web-privacy-choice-title = What you can do
web-privacy-choice = Send /privacy to the bot: change how you are seen, switch each kind of message on or off, export everything we hold about you, or leave.
web-privacy-open = Open my privacy settings
web-privacy-leave-title = After you leave
web-privacy-leave = Who you are is erased from every table: name, number, username, settings, conversations, and what payment services wrote. Amount, project and receipt code of your gifts stay, as from “A kind person”, since the books must add up. A payment notice that comes later is still booked, and what it said is erased at once.
web-privacy-backup-title = Backups
web-privacy-backup = Those who left remain in backups until these expire. If a backup has to be restored, the operator erases again whoever left since.
web-privacy-others-title = Records of others
web-privacy-others = Payment services and Telegram keep records of their own; please ask them directly.
help-monthly =
    <b>Your monthly giving</b>
    /certificates your certificates, to keep or to show
    /why say in one sentence why you give
