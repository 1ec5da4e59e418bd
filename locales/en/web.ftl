# The public pages (web/)
web-name = Yizan
web-language-name = English
web-skip = Skip to the text
web-test-money = Test money · nothing here is real
web-footer-promise = Every gift is in the ledger, for anyone to check.{" "}
web-contact = Contact:{" "}
web-to-home = See the open projects

# Figures
web-percent = { $percent }%
web-percent-little = under 1%
web-raised-sum = { $amount } raised
web-of-target = of { $amount }
web-donors = { $donors ->
    [0] be the first to give
    [one] { $donors } donor
   *[other] { $donors } donors
}

# Home
web-home-title = Projects open for gifts
web-home-lead = Small is fine. All of what you give is credited to the project, and you can check every gift.
web-home-empty = No project is raising money right now. Do look in again in a few days.
web-pages = Pages
web-page-of = Page { $page } of { $pages }
web-page-before = Previous
web-page-after = Next

# Project
web-giving = How far it is
web-reached = Reached
web-donors-label = Donors
web-gifts-label = Gifts
web-give = Give to this project
web-give-how = You give in Telegram
web-give-how-least = You give in Telegram, from { $least } up
web-give-not-yet = The bot is still connecting to Telegram. Reload in a moment and you can give.
web-fees = 100% goes to the project. The payment fees are paid by the operator, never out of your gift.
web-project-closed = This project no longer takes gifts.
web-project-closed-text = Thank you to everyone who helped.
web-project-not-verified = This project can’t take gifts yet.
web-project-not-verified-text = We are still checking the organisation behind it.
web-others = These projects still need you
web-story = The story
web-use = What your money does
web-latest = Latest gifts
web-latest-none = Nobody has given yet. You could be the first.
web-latest-none-closed = No gifts are recorded here.
web-someone = A kind person
web-behind = Who is responsible
web-organisation = Organisation
web-is-verified = Verified
web-verified = Verified on
web-filing = Filing number
web-designated = Designated page
web-designated-link = The project’s own donation page

# Receipt
web-receipt-title = Receipt { $code }
web-receipt-description = The payment record of one gift, with its entry in the ledger.
web-receipt-heading = Gift receipt
web-amount-hidden = The donor keeps the amount private
web-giver = From
web-paid-at = Paid
web-refunded-at = Refunded
web-state-paid = Paid
web-state-refunded = Refunded
web-not-tax = A record of payments, not a tax receipt. Only the charity that received the gift can issue those.
web-entry = Its entry in the ledger
web-entry-text = Double entry: debits equal credits. An entry is never edited; a mistake is reversed by another one.
web-entry-hidden = The donor keeps the amount private, so its lines are not shown: each of them would tell it.
web-entry-refunded = This gift was later refunded. The refund is an entry of its own in the ledger.
web-postings = Postings
web-account = Account
web-debit = Debit
web-credit = Credit
web-total = Total
web-fee-paid = The payment fee of { $amount } was paid by the operator, not out of the gift.
web-entry-key = Entry key
web-entry-id = Entry ID
web-account-credited = Credited to the project
web-account-clearing = On its way through { $rail }
web-account-received = Already with the organisation ({ $rail })
web-account-fees = Fees, paid by the operator ({ $rail })
web-account-other = Another account
web-look-up-title = Check a receipt
web-look-up = Check
web-receipt-unknown-title = We can’t find this receipt
web-code-label = Receipt code
web-code-looks-like = A receipt code looks like this:{" "}
web-code-where = It is in the message the bot sent you after your gift. Capitals, spaces and dashes don’t matter.

# The step before a payment provider’s own page
web-pay-title = Your gift
web-pay-go = Go on and pay
web-pay-how = You'll pay in the provider's app, which brings you back to the chat.
web-pay-paid = This has been paid. Thank you! Your receipt is in the chat.
web-pay-closed = This link is no longer good. Nothing was charged: ask for a new one in the chat.
web-pay-back = Back to the chat

# Errors
web-project-unknown-title = We don’t know this project
web-project-unknown-text = The link may be missing a letter, or the project has a new address.
web-error-400-title = We can’t make sense of this
web-error-400-text = Something in the address may be mistyped. Have a look and try again.
web-error-404-title = There is no page here
web-error-404-text = The link may be missing a letter, or the page has moved.
web-error-405-title = This address doesn’t work that way
web-error-405-text = Just open the link in your browser.
web-error-413-title = That is too large
web-error-413-text = What was sent is larger than we can take.
web-error-500-title = Something broke on our side
web-error-500-text = Opening a page never moves money, and what you gave is safe in the ledger. Please try again in a while.
web-error-503-title = We are a little busy
web-error-503-text = Opening a page never moves money, and what you gave is safe in the ledger. Please try again in a while.
web-request-id = If it keeps happening, tell us this number:{" "}

web-returned = Returned
web-returned-of = { $amount } of { $whole }
web-returned-hidden = A part of it
web-state-part = Paid, in part refunded
web-entry-part = A part of this gift was later refunded. The refund is an entry of its own in the ledger.
web-home-days = Giving days
