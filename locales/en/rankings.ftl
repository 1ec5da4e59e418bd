# Rankings: whose call reached how many, by week and month; who wishes to be shown; and thank-yous for all to see.

command-ranking = Whose call reached most people
button-ranking = Ranking
button-ranking-page = Whole ranking
button-ranking-week-0 = This week
button-ranking-week-1 = Last week
button-ranking-month-0 = This month
button-ranking-month-1 = Last month
button-ranking-me = Show me and my public channels and groups
button-ranking-me-donor = Show me here

ranking-board-creators = Creators
ranking-board-projects = Projects
ranking-board-chats = Channels and groups
ranking-board-donors = Donors
ranking-head =
    <b>{ $board }</b> · the reach of a kind call
    { $since } – { $until }
ranking-line = { $place }. { $name } · <b>{ $points }</b> · { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $gifts ->
        [one] { $gifts } gift
       *[other] { $gifts } gifts
    }
ranking-line-donor = { $place }. { $name } · <b>{ $points }</b> · { $donors ->
        [one] { $donors } day
       *[other] { $donors } days
    } · { $gifts ->
        [one] { $gifts } gift
       *[other] { $gifts } gifts
    }
ranking-refunded = {" "}({ $count } given back since)
ranking-nameless = Somebody kind
ranking-more = … and { $count } more on the page
ranking-none = Nobody here yet. Only who wishes to be shown is shown.
ranking-uncounted = I'm still counting. Look again in a minute.
ranking-own = You: place { $place }, { $points } points.
ranking-own-hidden = You: { $points } points, which would be place { $place }. Nobody else sees this unless you switch it on below.
ranking-how = How it is counted: 10 points for each person who gives, 2 for each further gift, 5 if it is their first gift ever here, 5 if they gave last time too. At most 20 for one person: how much they give is no matter.
ranking-how-donors = How it is counted: 10 points for each day with a gift, 1 for each gift, 5 a day at most. Only gifts that show your name count; how much you give is no matter.
ranking-closed = This one is closed and stays as it is.
ranking-shown = Done: you're shown from now on. The same button takes it back.
ranking-hidden = Done: your name is gone, from past rankings too.
ranking-group = This week here: { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $gifts ->
        [one] { $gifts } gift
       *[other] { $gifts } gifts
    } · { $new } giving for the first time · <b>{ $points }</b> points ❤
ranking-group-place = Place { $place } of { $total }
ranking-group-none = Nobody has given here this week. Reply to a message with /tip 1 and be the first ❤

## A thank-you that is published

button-thanks-post = Thank them in the channel
button-thanks-post-group = Thank them in the group
button-thanks-post-send = Publish it
button-thanks-post-own = In my own words

thanks-post-ask = Send me your words, { $most } characters at most. The names come below them, and you see it before anybody else.
thanks-post-preview = This will stand in <b>{ $chat }</b>. Nothing is published before you tap the button.
thanks-post-changed = Something has changed since: somebody took their name or their gift back. Look again, please.
thanks-post-words = Thank you, all of you ❤
thanks-post-people = { $donors ->
        [one] { $donors } person has
       *[other] { $donors } people have
    } given for <b>{ $project }</b> here lately.
thanks-post-people-several = { $donors ->
        [one] { $donors } person has
       *[other] { $donors } people have
    } given here lately, to { $count } projects.
thanks-post-names = Thank you, { $names }
thanks-post-names-more = Thank you, { $names }, and { $more } more by name
thanks-post-quiet = { $quiet ->
        [one] And thank you to the one who gave without a name.
       *[other] And thank you to the { $quiet } who gave without a name.
    }
thanks-post-quiet-alone = Thank you to all who gave without a name.
thanks-post-sent = It's out ❤
thanks-post-refused = Telegram wouldn't take it for { $chat }. Nothing was published. Have a look whether I may post there, and try again.
thanks-post-unknown = I don't know whether your last thank-you arrived in { $chat }: Telegram didn't answer. Please look there first. I won't send it again by myself.

## On the web

web-rankings-title = The reach of a kind call, { $since } – { $until }
web-rankings-lead = Whose call brought how many people to give. It is about people, not about money: one yuan counts as much as a thousand.
web-rankings-counted = Counted { $at }.
web-rankings-closed = Closed on { $at }. It stays as it is; what was given back since is noted beside it.
web-rankings-uncounted = Still being counted. Come back in a minute.
web-rankings-place = Place
web-rankings-name = Name
web-rankings-points = Points
web-rankings-people = People
web-rankings-days = Days
web-rankings-gifts = Gifts
web-rankings-new = First time
web-rankings-again = Came back
web-rankings-refunded = { $count ->
        [one] { $count } gift was given back since
       *[other] { $count } gifts were given back since
    }
web-rankings-more = … and { $count } more.
web-rankings-how = How points come about
web-rankings-how-first = { $points } points for each person who gives.
web-rankings-how-further = { $points } for each further gift of theirs, up to the { $counted }th.
web-rankings-how-new = { $points } if it is the first gift they ever made here.
web-rankings-how-again = { $points } if they also gave to the same creator, project or channel in the week (or month) before.
web-rankings-how-most = Never more than { $points } for one person, however much and however often they give: nobody can buy a friend the top.
web-rankings-how-own = A creator's own gifts don't count for their call.
web-rankings-how-ties = Who has as many points shares the place.
web-rankings-how-refunds = A gift counts in the week and month in which it was booked, by the operator's clock. Given back before the ranking is closed it doesn't count at all; after that it is noted.
web-rankings-consent = Creators and donors stand here only if they chose to, with /ranking in the chat. Who changes their mind is gone by name at once, from past rankings too.
web-rankings-others = Other weeks and months
web-rankings-week = Week { $since } – { $until }
web-rankings-month = Month { $since } – { $until }
web-ranking-unknown-title = There is no ranking here
web-ranking-unknown-text = The address may be mistyped, or that week hasn’t begun. Rankings of now are at /rankings.
web-rankings-link = Rankings

# A giving day's own ranking
web-day-ranking-title = { $title } · whose call reached most people
web-day-ranking-soon = The day hasn’t begun. Come back when it’s on.
web-day-ranking-how-when = A gift counts if it was tapped while the day was on and paid before { $closes }. Given back before the ranking is closed it doesn’t count at all; after that it is noted.
web-day-ranking-more = More of the day
web-day-ranking-day = The day itself
web-day-ranking-report = The day’s report
web-day-ranking-link = Whose call reached most people
