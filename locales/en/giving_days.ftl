# Giving days: what their admins do, what followers and creators will see.

command-giving-day = Giving days: make, preview, schedule

days-title = <b>Giving days</b>
days-none =
    <b>Giving days</b>
    There is none yet. Four questions make the first.
button-days = All giving days
button-day = { $on } · { $title } · { day-state }
button-day-from-last = Like the last one, again
button-day-new = Make a new one
day-state = { $state ->
    [draft] draft
    [scheduled] scheduled
    [live] on now
    [closing] closing
    [reported] over
   *[cancelled] cancelled
 }

day-head = <b>{ $title }</b> · { day-state }
day-when = { $starts } to { $ends } ({ $zone })
day-projects = Projects ({ $count }): { $projects }
day-amounts = Suggested: { $amounts }
day-hashtag = Hashtag: { $hashtag }
day-audience = Invited: { day-audience-name }{ $audience ->
    [nobody] {""}
   *[other] {" "}({ $people } now)
 }
day-audience-name = { $audience ->
    [subscribers] who subscribed to giving days
    [last_month] subscribers who gave last month
    [lapsed] subscribers who haven’t given for 60 days
    [creators] creators who subscribed
   *[nobody] nobody
 }
day-again = Every month: { $rule }; next on { $next }
day-rule-day = on day { $day } of every month
day-rule-week = on the { day-nth } { day-weekday } of every month
day-nth = { $nth ->
    [1] first
    [2] second
    [3] third
    [4] fourth
    [5] fifth
   *[other] last
 }
day-weekday = { $weekday ->
    [0] Monday
    [1] Tuesday
    [2] Wednesday
    [3] Thursday
    [4] Friday
    [5] Saturday
   *[other] Sunday
 }
day-closed = ⚠️ No longer takes gifts: { $projects }. The day goes on with the others.
day-no-title = ⚠️ No title in { $tongue } yet: its readers will see another language.
day-waits-for-second = The other admins are asked to confirm; one of them is enough. Any change means asking again.
day-waits-for-you = An admin asks you to confirm it. Look at the preview, then decide.
day-next = { $state ->
    [draft] Next: look at the preview, then schedule it, or start it now.
    [scheduled] It starts by itself: { $starts }. If you change anything, it is a draft again.
    [live] It ends by itself: { $ends }.
    [closing] It is over. What was tapped before { $ends } still counts if it is paid before { $closes }; then comes the report.
    [reported] All done.
   *[cancelled] It doesn’t take place.
 }

button-day-preview = Preview
button-day-card = See the day
button-day-change = Change
button-day-extend = Extend
button-day-stop = End it now
button-day-cancel = Cancel it
button-day-repeat = Every month

day-preview-audience = 👀 What readers see ({ $tongue }) · { day-audience-name }: { $people }
day-preview-creator = 👀 What creators see ({ $tongue })
button-day-view-audience = Readers · { $tongue }
button-day-view-creator = Creators · { $tongue }
button-day-test = Send it to me
day-tested = Sent to you, in every language.
button-day-schedule = Schedule
button-day-go-live = Start now
button-day-confirm-schedule = I confirm: schedule it
button-day-confirm-go-live = I confirm: start it now

day-sure-schedule = Schedule “{ $title }”? It starts by itself on { $starts } and ends on { $ends }. Until then it can be changed or cancelled.
day-sure-go-live = Start “{ $title }” now? From this moment gifts to its projects count for it, until { $ends }. Then it can be extended or ended, but not changed.
day-sure-stop = End “{ $title }” now? Later taps won’t count; what was tapped already still does when it is paid. It can’t be started again.
day-sure-cancel = Cancel “{ $title }”? It won’t take place; nobody was charged anything for it. Its monthly repeat goes on.
day-sure-extend = “{ $title }” was to end on { $ends }. Extend it to { $until }?
day-sure-told = { $audience ->
    [nobody] No readers are invited; creators whose channels take part still get their post.
   *[other] Invited: { day-audience-name }, { $people } now.
 }
day-sure-second = That is more people than one admin decides on: another admin has to confirm.
button-day-sure-schedule = Yes, schedule it
button-day-sure-go-live = Yes, start it
button-day-sure-stop = Yes, end it
button-day-sure-cancel = Yes, cancel it
button-day-sure-extend = Yes, extend it
button-day-ask-second = Ask another admin to confirm

day-done-asked = <b>The other admins are asked to confirm.</b>
day-done-schedule = <b>Scheduled.</b> It starts by itself on { $starts }.
day-done-go-live = <b>It’s on!</b> Until { $ends }.
day-done-extend = <b>Extended.</b> It now ends on { $ends }.
day-done-stop = <b>Over.</b> What was tapped already counts if it is paid before { $closes }.
day-done-cancel = <b>Cancelled.</b>

day-change = What do you want to change in “{ $title }”?{ $state ->
    [scheduled] {" "}It becomes a draft again, to be previewed and scheduled anew.
   *[other] {""}
 }
button-day-field-title = Title · { $tongue }
button-day-field-text = About · { $tongue }
button-day-field-starts = Start
button-day-field-ends = End
button-day-field-projects = Projects
button-day-field-amounts = Amounts
button-day-field-hashtag = Hashtag
button-day-field-audience = Who is invited

day-ask-title = What is the day called ({ $tongue })? For example “One Yuan Day”; 64 characters at most.
day-ask-text = Say in a few sentences what it is about ({ $tongue }); 600 characters at most.
day-ask-hashtag = Which hashtag? One word, like #OneYuanDay.
day-ask-starts = When does it start? Choose, or send me a time like 2026-12-11 00:00. The end moves along.
day-ask-ends = When does it end? Choose, or send me a time like 2026-12-12 00:00.
day-ask-amounts = Which amounts shall be suggested? Send me 1 to 6 of them, like 1 5 10, each between { $least } and { $most }.
day-ask-month-day = Which day of every month? Send me a number from 1 to 31. A month without it uses its last day.
day-ask-audience = Who is invited when it starts? Only people who subscribed to giving days ever are.
button-day-audience = { day-audience-name }{ $audience ->
    [nobody] {""}
   *[other] {" "}· { $people }
 }
day-ask-projects =
    <b>For which projects?</b> { $count } chosen, { $most } at most.
    Tap to choose, tap again to leave out; send me a word to search.
button-day-projects-done = These { $count }
day-ask-until = It ends on { $ends }. How much longer?
button-day-longer = +{ $hours } h (until { $until })
day-ask-now = Now: { $now }
button-day-wipe = Leave it empty
day-forgotten = I no longer know what was asked. Send /giving_day and start again.
day-made = <b>The draft is there.</b> Nothing is public yet, and everything can be changed.
day-made-like-last = <b>Drafted like the last one.</b> Nothing is public yet, and everything can be changed.
day-changed = <b>Changed.</b>

day-repeat-ask = Shall the next one be drafted by itself every month? Choose a rule. The draft is there two weeks ahead, and takes place only once somebody has looked at it and scheduled it.
day-repeats = Now: { $rule }, next on { $next }. Choose another rule, or stop it.
button-day-other-day = Another day
button-day-other-weekday = A weekday
button-day-repeat-off = Stop repeating
day-ask-weekday = Which weekday of the month? First which one, then the weekday.
button-day-nth = { day-nth }
button-day-weekday = { day-weekday }
day-repeat-begun = <b>Agreed: { $rule }.</b> Next on { $next }.
day-repeat-ended = <b>It no longer repeats.</b> Drafts that are there stay.

day-invite-title = <b>{ $title }</b>
day-invite-text = { $text }
day-invite-projects = Even { $least } helps; 100 % goes to the project, and every gift can be looked up:
day-invite-project = · { $project }
day-invite-when = { $starts } to { $ends }
day-invite-tag = { $hashtag }
button-day-choose = Choose a project

day-call = Today is <b>{ $title }</b>, until { $ends }. Invite your followers: here is a post for your channel.
day-call-how = It goes out only if you tap. The buttons to give appear under it by themselves.
day-post-title = <b>Today is { $title }</b>
day-post-text = { $text }
day-post-call = Give to “{ $project }” with me. Even { $least } helps; 100 % goes to the project, and every gift can be looked up.
button-day-publish-example = Publish to my channel
day-post-unknown = I don’t know whether the post arrived in “{ $chat }”. Please look there: if it’s missing, tap once more.
day-post-published = <b>Published ❤</b>
button-day-publish = Publish to { $chat }
button-day-publish-again = It’s missing: publish to { $chat }
button-day-published = ✓ Published to { $chat }

# More people asked to be told than one admin decides on, after the day was scheduled.
day-invitation-waits-for-second = ⏳ The invitation waits: more people would get it by now than one admin decides on. The other admins are asked to confirm; one of them is enough.
day-invitation-waits-for-you = ⏳ The invitation waits for your word: more people would get it by now than one admin decides on. Look at the preview, then confirm.
button-day-confirm-invite = I confirm: invite them
day-done-invite = <b>Confirmed.</b> The invitation goes out now.

# Matching funds of a day.
button-day-field-pools = Matching funds
day-ask-pools =
    <b>Which funds match gifts of this day?</b> Tap to put one on, tap again to take it off.
    Readers are told of those that are signed and have something left.
day-ask-pools-none = <b>No fund fits this day.</b> Funds are made at the command line (<code>pool create</code>), in the currency of the day and for its projects and hours.
button-day-pool = { $title } · { $amount }
day-pool = 🤝 Matched: { $amount } by { $sponsor }, { $how }
day-pool-ratio = { $sponsor } for every { $donor }
day-pool-fixed = { $amount } to every gift
day-pool-lottery = { $least } to { $most } to every gift, by lot
day-pool-from = from { $at }
day-pool-between = { $starts }–{ $ends }
day-pool-more = and { $more } more times
day-pool-projects = for { $projects }
day-pool-unsigned = <i>(not signed yet: adds nothing, and readers aren’t told)</i>
day-pool-misses = <i>⚠️ (its projects or hours are none of this day’s: adds nothing)</i>
day-pool-creators = <i>(only where certain creators call)</i>
day-pool-anyway = <i>(matches gifts of every day)</i>
day-pool-unnamed = a sponsor who wants no name said
