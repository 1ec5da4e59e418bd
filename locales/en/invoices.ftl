# Invoices inside Telegram, shown before paying: plain text, 255 characters at most, with a project's title of up to 60.

invoice-stars = { $amount } for “{ $project }”, about { $worth } ({ $stars } = { $per }, the operator's rate). Telegram keeps a part of what Stars cost.
invoice-stars-monthly = { $amount } for “{ $project }” every 30 days until you end it; about { $worth } ({ $stars } = { $per }, the operator's rate). Telegram keeps a part.
invoice-money = { $amount } for “{ $project }”.

# Why one can't be paid: Telegram shows it instead of paying.
error-invoice-not-yours = This invoice is for someone else; nothing was charged. Tap an amount under the post or send /give, and you get your own.
error-invoice-outdated = This bill is out of date; nothing was charged. Open your gift again, or send /give.
