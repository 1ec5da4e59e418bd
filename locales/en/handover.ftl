# A channel changes hands: to whom, what they say, who takes over where nobody is left.

handover-choose =
    Who should run charity tips in <b>{ $chat }</b>?

    Nothing changes before they say yes. What was given so far stays in your name.
handover-nobody = None of the other administrators of <b>{ $chat }</b> knows me yet. Ask them to send me /start, then come back.
handover-asked = I've asked { $name }. Once they say yes, <b>{ $chat }</b> is theirs to run, and I'll tell you.
handover-taken = Good: from now on you run charity tips in <b>{ $chat }</b> ❤
handover-taken-off = Good: <b>{ $chat }</b> is yours to run now. Charity tips aren't on yet; switch them on below if you like.
handover-declined = All right, <b>{ $chat }</b> stays as it is. I'll pass it on.

news-handover =
    { $name } would like you to run charity tips in <b>{ $chat }</b>, for <b>{ $project }</b>.

    You'd choose the project and see the figures. No money passes through your hands, and earlier tips stay in their name.
news-take-over =
    Charity tips in <b>{ $chat }</b> are paused: the creator who ran them no longer does.

    You're an administrator there. Would you take over? 100% still goes to <b>{ $project }</b>, or to another project you choose.
news-paused =
    You're no longer an administrator of <b>{ $chat }</b>, so charity tips are paused there. What was given stays with the project.

    A mistake? Ask its owner to make you an administrator again, then resume.
news-handed = { $name } runs charity tips in <b>{ $chat }</b> now. What was given before stays in your name. Thank you ❤
news-declined = The administrator you asked won't take over <b>{ $chat }</b>; everything stays as it was. To ask someone else:

button-hand-over = Hand over
button-take-over = I'll take over
button-not-me = Not this time

error-not-creator = Only the creator who switched on charity tips in { $chat } can do this; nothing was changed.
error-handover-over = This is settled already, or they can't take over right now. Send /charity to see how things stand.
