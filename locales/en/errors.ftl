# What to say when something is refused: no HTML, since alerts of 200 characters use it too; what is wrong, then what to do.

error-unknown = Something went wrong, and we have made a note of it. Please try again in a while.
error-amount-not-understood = I can't read that amount. Send a number from { $least } to { $most }, such as 5 or 6.66.
error-tip-too-small = The least is { $least } and the most { $most }. Try another amount?
error-tip-too-large = The most is { $most } and the least { $least }. Try another amount?
error-wrong-currency = This project takes { $currency } only.
error-post-unknown = These buttons no longer work. Send /give to choose a project.
tipping-off = Charity tips are off in { $chat }; nothing was charged.
error-tipping-off = { tipping-off } Send /give to choose a project.
post-gone = I can't see the original any more; it may have been deleted. Nothing was charged.
error-post-gone = { post-gone } Send /give to choose a project.
error-tip-needs-reply = Reply to a message with /tip or /tip 5 to give for it.
error-not-tippable = No member wrote this one, so it can't be tipped. Reply to a member's message instead.
error-tipping-not-on = Charity tips are not on in { $chat }. An administrator can switch them on: send /charity in the group.
error-tip-in-channel = This one has its buttons under the post in the channel. You can also write an amount here, such as /tip 5.
error-bot-not-in-group = I'm not in { $chat }, or may not write there. Add me, then try again.
error-project-closed = “{ $project }” takes no new gifts.
error-project-unknown = There is no such project. Send /give to see the open ones.
error-not-yours = There is nothing here for you, or it is no longer valid. Send /start to begin again.
error-not-administrator = Only someone who is an administrator of { $chat } right now can do this; nothing was changed. Ask its owner to make you one, then try again.
error-bot-lacks-rights = I lack rights in { $chat }. Make me an administrator with “Edit messages”, then try again.
error-chat-unknown = I'm not there. First add me to your channel as an administrator, or to your group.
error-tip-not-open = This one was paid or cancelled already. Send /gifts to see.
error-not-refundable = You can't take this one back yourself: once paid, a gift belongs to the project. If it was a mistake, give the operator its receipt code, which /gifts shows.
error-already-returned = This one was returned already, or is on its way back; there is nothing more to do. Send /gifts to see.
error-refund-delayed = It is noted and will be returned. The payment service isn't answering right now; we keep trying, and you needn't do anything.
error-broadcast-unknown = There is no such broadcast any more. Send /broadcast to see those there are.
error-broadcast-not-now = { $state ->
    [draft] It hasn't started yet, so there is nothing to stop.
    [running] It is running already. To change what comes next, edit or pause it.
    [paused] It is paused already. Resume it, or cancel it.
    [cancelled] It was cancelled; nothing more goes out. Write a new one.
   *[other] It is over; everybody was told. Write a new one.
  }
error-broadcast-changed = It was changed since you looked. Here is how it is now; look again before it goes.
error-broadcast-empty = There is no text. Write what it should say, in every language it has.
error-broadcast-too-long = That's too long for one message: at most { $most } characters fit. Shorten it and send it again.
error-broadcast-buttons = A button needs a short text and a link that begins with https://. At most { $most } fit under a message.
error-segment-wrong = Nobody can be in that group ({ $said }). Choose another.
error-nobody-listens = Nobody there has asked for this kind of message, so there is nobody to send it to.
error-paid-rate-off = The paid rate is switched off. Send at the free rate, or have broadcasts.paid set in the settings.
error-price-not-confirmed = At the paid rate this costs up to { $stars } Stars. Confirm that price first.
error-rail-unavailable = The payment service isn't answering. Nothing was charged; try again in a moment.
error-picture-failed = The picture couldn't be drawn just now. Please try again in a moment.
error-not-allowed = Your role doesn't allow this. Ask the operator if you need it, or send /help to see what you can do.
error-person-unknown = I don't know this person. Ask them to send me /start first.
error-giving-elsewhere = You can't pay here yet. “{ $project }” takes gifts on its official page.
error-ranking-unknown = There is no ranking here. Send /ranking to see those of now.
error-thanks-post-over = This thank-you is no longer waiting. Begin a new one from your channel's figures.
error-nobody-to-thank-here = Nobody has given in { $chat } since your last thank-you there. Come back when somebody has.
error-may-not-post = I may not post in { $chat }. Please allow me “Post messages” there, then try again.

instead-project = Its project “{ $project }” is still open, and you can give to it directly.
button-give-directly = Give to this project
closed-alternatives = These are open:
closed-no-alternatives = Send /give to see the others.

error-day-unknown = There is no such giving day. Send /giving_day to see them.
error-day-title-needed = A giving day needs a title people can read. Send one, such as “One yuan day”.
error-hashtag-not-understood = A hashtag is one word of letters, digits and underscores, and not only digits, such as #OneYuanDay.
error-day-projects = A giving day has { $least } to { $most } projects. Please choose again.
error-day-amounts = Give { $least } to { $most } suggested amounts, such as 1 5 10.
error-day-ends-before-start = The end must come after the start. Choose another end.
error-day-past = That would be over already ({ $ends }). Choose a time to come.
error-day-started = The start ({ $starts }) has passed. Go live now, or choose a later start.
error-day-too-long = A giving day lasts { $days } days at most. Choose an earlier end.
error-day-not-longer = It goes on until { $ends } anyway. Choose a later time.
error-days-overlap = Another giving day is on for one of these projects then ({ $starts } to { $ends }). Choose another time, or leave the shared project out.
error-day-not-now = That can't be done with this giving day now. Send /giving_day to see where it stands.
error-preview-stale = It was changed after you looked. Look at the new preview and confirm again.
error-second-needed = { $people } people would be told, more than { $limit }: another admin has to confirm.
error-second-is-you = Another admin has to confirm this; your own word doesn't count twice.
error-nobody-asked = There is nothing to confirm: it was confirmed already, or changed since.
error-nobody-else = There is no other admin who could confirm it. Add one with /role_add.
error-time-not-understood = I couldn’t read that time. Please write it like 2026-12-11 00:00.
error-month-day-not-understood = I couldn’t read that day of the month. Please send a number from 1 to 31, like 11.
error-pool-unknown = There is no such matching fund.
error-pool-not-sound = This fund can’t be kept to: { $what ->
    [amount] it needs an amount above zero
    [rule] its rule makes no sense; write a ratio such as 1:1, an amount above zero, or a lottery from less to more with a seed
    [caps] a cap has to be above zero
    [title] it needs a title
    [sponsor] it needs a sponsor’s name
    [signature] say who signed
    [proof] say which transfer proves it
    [windows] it needs 1 to 100 time windows, each with a part above zero
    [parts] the parts of its windows don’t add up to the whole
    [end] a window ends before it starts
    [order] its windows overlap, or are out of order
   *[over] all its windows are over
 }. Put it right and try again.
error-pool-currency = Gifts there are in { $wanted }, and this fund is in { $currency }. Make a fund in { $wanted }, or choose other projects and days.
error-pool-not-draft = It was signed already. What was promised stays as it is; make another fund.
error-pool-not-open = It is not signed yet, or it is over.
error-pool-off-day = This fund is for other projects or other hours than this giving day’s: it would add nothing. Choose another fund, or change the day first.
error-pool-overpaid = At most { $most } can be booked here. Check the amount and the currency.
error-pool-empty = Nothing can be added to this gift any more: the fund or its time window has nothing left for it, or the gift went back.
error-match-decided = Somebody has decided about this one already. Send /matching to see what waits.
error-day-post-done = It stands in the channel already and won’t be posted a second time.
error-day-post-busy = It is being sent, or somebody has just tapped. Please look at the channel.
error-day-post-refused = Not sent: Telegram doesn’t let me post in { $chat }. Please give me the right to post messages, then tap again.
error-audience-grown = It would reach { $people } people now; you were shown { $shown }. Here is how it is now; look again before it goes.
error-project-reached = “{ $project }” has reached its goal, thanks to everyone. There are others that still need help.
error-pledge-twice = You already give to this every month. Open /monthly to change it.
error-pledges-many = You already have { $most } monthly gifts, which is as many as I can keep. Change or end one in /monthly.
error-pledge-over = This monthly gift has ended. You can begin again with /monthly.
error-pledge-changed = That has changed in the meantime. This is how it is now.
error-pledge-busy = It's being charged this very moment. Try again in a few minutes.
error-pledge-paid = That month is paid already, thank you!
error-pledge-below = { $amount } at a time can't be paid that way. Choose another way, or another amount.
error-pledge-waits = First choose where it goes on; nothing is charged until then.
error-pledge-projects = Tick { $least } to { $most } projects that are open.
error-certificate-unknown = There is no such certificate. Please check the number; your own are all in /certificates.
error-year-unknown = You can look back at { $first } to { $last }. Send it like this: /recap { $last }.
error-recap-unknown = No gifts of yours in that year, so there's nothing to look back at yet.
error-dates-not-understood = I couldn't read that. Send a year from { $first } on, or two dates, the earlier one first: { $example }.
error-nothing-in-dates = No gift was paid from { $first } to { $last }. Try other dates.
