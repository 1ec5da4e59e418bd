# Matching funds: what a sponsor's pool adds to gifts, in chat, on receipts and on the pool's page.

pool-rule-ratio = For every { $donor } given, { $sponsor } is added
pool-rule-fixed = { $amount } is added to every gift
pool-rule-lottery = Every gift draws a lot: from { $least } to { $most } is added
pool-cap-gift = at most { $amount } to one gift
pool-cap-donor-day = at most { $amount } for one giver on one day
pool-cap-project = at most { $amount } for one project
pool-remainder-carry = What a time window leaves over, the next one has; what is left in the end stays with the sponsor.
pool-remainder-back = What a time window leaves over stays with the sponsor.
pool-remainder-shared = What a time window leaves over is shared among the projects, by what was matched for each.
pool-state-draft = Not signed yet
pool-state-open = Matching gifts
pool-state-withdrawn = Withdrawn by the sponsor; what was matched stays
pool-state-ended = Over
pool-sponsor-unnamed = A sponsor who wants no name said

# Under a gift in a receipt.
receipt-matched = + { $amount } matched by { $sponsor }
receipt-matched-unnamed = + { $amount } matched by a sponsor

# /matching, for those who decide.
command-matching = Gifts that wait to be matched
matching-title = <b>{ $total ->
    [one] 1 gift waits
   *[other] { $total } gifts wait
 } for you.</b> Each has reached its project; only the sponsor’s part waits. Release what looks like a person giving, refuse what looks like farming.
matching-none = No gift waits: everything that could be matched is.
matching-line = { $which }. { $gift } for “{ $project }”, { $at }, <code>{ $code }</code>
    “{ $pool }” would add { $amount }. { $why }
matching-more = And { $count } more after these.
matching-why-new-account = We have known its giver for only a few days.
matching-why-many-gifts = Its giver gave many times that day.
matching-why-ring = Several people gave the same odd amount within seconds.
matching-why-shared-payer = The card or account it was paid with has paid for several people.
matching-released = { $amount } was added.
matching-refused = It won’t be matched. The gift itself stays as it is.
button-match-release = ✅ Release { $which }
button-match-refuse = ✖️ Refuse { $which }
button-match-next = ↻ What waits now
alert-match-held = <b>Some gifts wait to be matched</b>: they look unusual, and somebody should look at them. They have reached their projects; only what a sponsor adds waits. /matching shows them.

# The page of a pool.
web-pool-title = { $title } · matching fund
web-pool-description = What the fund adds to gifts, what is used and left, and every gift it was added to.
web-pool-by = Funded by { $sponsor }
web-pool-used = Added
web-pool-left = Left
web-pool-returned = Back with the sponsor
web-pool-percent = { $percent }% added
web-pool-gifts = Gifts matched
web-pool-held = Waiting to be looked at
web-pool-rule = How it works
web-pool-windows = When
web-pool-window-open = from { $from }
web-pool-window-part = { $part }, of which { $used } is added
web-pool-scope = For gifts to
web-pool-scope-all = every project
web-pool-scope-days = For gifts on certain giving days only.
web-pool-scope-creators = For gifts in the chats of certain creators only.
web-pool-lottery = You can check every draw yourself
web-pool-lottery-how = Take SHA-256 of “{ $seed }:” followed by the end of the receipt code, as it stands in the list below (without the dots), read it as a whole number, and take the remainder by { $span }. That many of the smallest unit are added to { $least }. Caps and what was left may make it less.
web-pool-seed = Seed
web-pool-fair = What is looked at first
web-pool-fair-text = A gift that looks like farming still reaches its project in full; what the fund would add waits until a person has looked: gifts of people we have known for only a few days, very many gifts of one person a day, rings of equal amounts within seconds, and one card paying for many people.
web-pool-projects = What it added, by project
web-pool-shared = shared at the end: { $amount }
web-pool-entries = Every matched gift
web-pool-entries-how = Each by the end of its receipt code, and to the minute: with your receipt you find your gift here, and without it nobody learns whose it was.
web-pool-entries-none = No gift has been matched yet.
web-pool-entry-hidden = amount hidden
web-pool-csv = All of them as a table (CSV)
web-pool-newer = Newer
web-pool-older = Older
web-pool-page = Page { $page } of { $pages }
web-matched-label = Matched by sponsors
web-receipt-matched = Matched
web-receipt-matched-by = { $amount } by { $sponsor }
web-account-matched = what sponsors added

# Everything that is held for one reason, at once.
button-match-all-new-account = ✅ All { $count }: new people
button-match-all-many-gifts = ✅ All { $count }: many gifts a day
button-match-all-ring = ✅ All { $count }: rings of equal amounts
button-match-all-shared-payer = ✅ All { $count }: one card for several
button-match-all-sure = ✅ Yes, release { $count }
button-match-all-back = ← Back to the list
matching-all-sure = <b>Release { $count ->
    [one] this gift
   *[other] all { $count } gifts
 } at once?</b>
matching-all-fund = “{ $pool }” would add { $amount } to { $count ->
    [one] 1 gift
   *[other] { $count } gifts
 }; { $left } is left in it.
matching-all-order = The one paid first comes first. What finds nothing left, in the fund or for its time window or cap, isn’t lost: it stays on this list. Gifts that are held from now on are not among these.
matching-all-done = { $count ->
    [one] 1 gift was released
   *[other] { $count } gifts were released
 }: { $amounts } added.
matching-all-empty = For { $count ->
    [one] 1 more nothing is left: the fund, its time window or a cap is used up. It stays below, and you can refuse it.
   *[other] { $count } more nothing is left: the fund, its time window or a cap is used up. They stay below, and you can refuse them.
 }
matching-all-none = None could be released: the fund, its time window or a cap is used up, or somebody has decided meanwhile. What still waits is below.
web-pool-order = Whose payment is booked first is matched first, and of those booked together whoever paid first. If a provider tells us of a payment late, gifts paid after it may have been matched before it.
matching-line-empty = { $which }. { $gift } for “{ $project }”, { $at }, <code>{ $code }</code>
    “{ $pool }” has nothing left for it now. { $why }
