# After a giving day: its report to the admins, one message to each donor, the public page and the table.

day-report = <b>{ $title }</b> is over, and its report is ready. The picture is yours to share.
day-report-donors = { $new ->
        [one] { $new } person
       *[other] { $new } people
    } gave for the first time, { $returning } had given before.
day-report-fees = Payment fees of { $fees } were on us; nothing was taken from the gifts.
day-whole = { $donors ->
        [one] One of us
       *[other] { $donors } of us
    } gave <b>{ $given }</b>.
day-whole-matched = { $donors ->
        [one] One of us
       *[other] { $donors } of us
    } gave <b>{ $given }</b>, and our sponsors added <b>{ $matched }</b>.
day-whole-none = Nothing was given that day.
day-together = <b>{ $title }</b> is over. Thank you ❤
day-together-part = Your part in it: <b>{ $part }</b>{ $gifts ->
        [one] {""}
       *[other] {" "}in { $gifts } gifts
    }.
day-together-part-matched = Your part in it: <b>{ $part }</b>{ $gifts ->
        [one] {""}
       *[other] {" "}in { $gifts } gifts
    }. Because of you, sponsors added <b>{ $matched }</b>.
day-together-next = Next time: { $day }.

button-day-report = See the report
button-day-csv = Download the table
button-day-news-on = Tell me next time
button-day-news-off = Don't tell me next time

error-report-not-yet = This day's report isn't ready yet: look again after { $closes }.

web-report-title = { $title } · Report
web-report-description = { $donors ->
        [one] One of us
       *[other] { $donors } of us
    } gave { $given }.
web-report-lead = { $from } to { $to }. These figures were taken when the day closed, and stay as they are.
web-report-whole = Together we gave { $given }
web-report-matched = Our sponsors added { $matched }
web-report-new = First-time donors
web-report-returning = Had given before
web-report-median = Half of the gifts were at least
web-report-fees = Payment fees
web-report-fees-text = The fees were paid by the operator, not taken from the gifts.
web-report-since-less = Since this report { $given } went back. The figures above stay as they are.
web-report-since-more = Since this report { $given } more arrived. The figures above stay as they are.
web-report-since-changed = Changed since: { $given }. The figures above stay as they are.
web-report-since-matched = Matching changed since: { $matched }. The figures above stay as they are.
web-report-projects = Where it went
web-report-creators = Who called for it
web-report-hours = When it was given
web-report-dates = On which days it was given
web-report-earlier = Beside the days before
web-report-project = Project
web-report-creator = Creator
web-report-hour = Time
web-report-day = Giving day
web-report-given = Given
web-report-gifts = Gifts
web-report-donors = People
web-report-added = Matched
web-report-others = { $number ->
        [one] One other creator
       *[other] { $number } other creators
    }
web-report-nobody = On their own
web-report-this = This one
web-report-none = Nothing was given that day.
web-report-chart = How much was given when; the figures are in the table below
web-report-next = Next time: { $day }
web-report-take = Take it with you
web-report-picture = Picture (PNG)
web-report-csv = Table (CSV)
web-sums = { $amount }
web-report-not-yet-title = The report isn't ready yet
web-report-not-yet-text = Once the day is over and its last gifts have arrived, it will be here.
web-report-in-figures = In figures
