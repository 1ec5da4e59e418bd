# Monthly donors: what creators and charities each see of them, inviting them, and who works for which charity.

button-circle = My monthly donors
button-my-slot = My charity page

circle-none =
    <b>My monthly donors</b>
    Nobody gives monthly with you yet. Try an invitation: a little every month is what a project can count on.
circle-none-no-chat =
    <b>My monthly donors</b>
    Nobody gives monthly with you yet. Switch charity tips on for a channel or group (/charity), and you can invite people there.
circle-title =
    <b>My monthly donors</b>
    { $donors ->
        [one] { $donors } person gives
       *[other] { $donors } people give
    } every month because of you, { $gifts ->
        [one] { $gifts } monthly gift
       *[other] { $gifts } monthly gifts
    } in all ❤
circle-named = Who gladly show their name: { $names }
circle-named-more = and { $count } more
circle-quiet = { $count ->
        [one] { $count } person shows no name
       *[other] { $count } people show no name
    }
circle-nobody-named = Nobody shows their name.
circle-expected = Expected next month: <b>{ $amount }</b>
circle-shared = And up to { $amount } more from gifts that go wherever they are needed most
circle-came = Came in last month: <b>{ $amount }</b>
circle-months = Monthly gifts, month by month:
circle-month = { $month } · { $open } { $bar }
circle-count-only = On your charity page others see only how many people they are.

circle-which = Whose monthly donors?
circle-which-more = There are too many to list. Send <code>/org monthly organisation</code>, with its short name.
circle-organisation-none =
    <b>Monthly giving to { $organisation }</b>
    Nobody gives monthly yet.
circle-organisation =
    <b>Monthly giving to { $organisation }</b>
    { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    }: { $active } active, { $paused } paused{ $waiting ->
        [0] {""}
       *[other] , { $waiting } waiting for their donor to choose another project
    }
circle-this-month = This month: { $began } new, { $ended } ended ({ $percent }%)
circle-reasons = Why they ended, in a year: { $reasons }
circle-reason-money = money is tight
circle-reason-another = give elsewhere
circle-reason-unclear = unclear what it did
circle-reason-too-many = too many messages
circle-reason-other = another reason
circle-reason-none = not said
circle-page-yours = Charts and figures are on the page below. The link is yours alone; please don't pass it on.
circle-renewed = Done: the old link no longer opens.
button-circle-page = Charts and figures
button-circle-renew = Give me another link
button-circle-others = Other organisations

## Inviting

button-call = Invite people to give monthly
button-call-send = Publish
button-call-own = In my own words
button-give-monthly-call = I'll give a little every month

call-which = Where shall it go?
call-no-chat = None of your channels or groups has charity tips on. Send /charity to switch one on, and you can invite people there.
call-preview = This will appear in <b>{ $chat }</b>. Nothing is published until you tap “Publish”:
call-last = The last invitation there was made on { $at }.
call-unknown = I don't know whether the last invitation to <b>{ $chat }</b> arrived. Please have a look there first.
call-words = A little every month: join me in supporting “{ $project }” ❤
call-about = <b>{ $project }</b>: { $use }
call-promise = 100% is credited to the project. Stop whenever you like, leave a month out, and check every gift.
call-ask = How would you like to invite people? Just send it, { $most } characters at most; you see it before it is published.
call-sent = It's in <b>{ $chat }</b> ❤ Monthly gifts that come from it count in your name.
call-refused = Telegram doesn't let me write in <b>{ $chat }</b>; nothing was published. Please let me post messages there and try again.
error-call-over = This invitation isn't waiting to be published any more. Make a new one from /circle.
error-nothing-to-call-for = { $chat } has no project that takes gifts now, so there is nothing to invite to. Send /charity to have a look.

## Who works for an organisation

org-members = Members of <b>{ $organisation }</b>:
org-members-none = <b>{ $organisation }</b> has no members yet.
org-member = { $name } ({ $number })
org-members-how =
    To add one: <code>/org members organisation add number</code>
    To remove one: <code>/org members organisation remove number</code>
org-member-add = { $name } is a member of <b>{ $organisation }</b> now: they see its monthly donors, and can tell what its projects did with /news.
org-member-remove = { $name } is no longer a member of <b>{ $organisation }</b>; the link they had no longer opens.
command-org-monthly = Monthly donors of my organisation

## Pages

web-slot-monthly = { $donors ->
        [one] { $donors } person gives
       *[other] { $donors } people give
    } every month with { $name }
web-circle-title = Monthly giving to { $organisation }
web-circle-lead = Only members of the organisation see this page. It counts up to { $month }, by this site's clock.
web-circle-now = Now
web-circle-none = Nobody gives monthly yet.
web-circle-active = Active
web-circle-paused = Paused
web-circle-waiting = Donor chooses anew
web-circle-donors = Monthly donors
web-circle-expected = Expected next month
web-circle-shared = Perhaps as well
web-circle-came = Came in last month
web-circle-trend = Monthly gifts at the end of each month
web-circle-trend-chart = Monthly gifts at the end of each month
web-circle-month = Month
web-circle-before = Start
web-circle-began = New
web-circle-ended = Ended
web-circle-open = End
web-circle-lost = Lost
web-circle-lost-how = Lost: those that ended, as a share of those there at the start of the month and new in it. A pause is no end.
web-circle-moved = A gift its donor moved to another organisation counts there, from the day it began, and here no more.
web-circle-cohorts = Who stayed
web-circle-cohorts-how = Each row is the monthly gifts that began in one month: how many of a hundred go on so many months later. What has not ended goes on, also while it is paused.
web-circle-cohorts-chart = By the month they began in, the share that goes on after so many months
web-circle-cohort = Began in
web-circle-after = After { $months ->
        [one] { $months } month
       *[other] { $months } months
    }
web-circle-same = Same month
web-circle-reasons = Why they ended
web-circle-reasons-how = Monthly gifts that ended within a year. Donors may tap a reason, or say nothing.
web-circle-reason = Reason
web-circle-count = Gifts
web-circle-in-figures = In figures
web-percent-whole = { $percent }%
error-words-too-long = That doesn't fit: { $most } characters at most. Please send something shorter.
