# Certificates of monthly giving, looks back at a year, statements: in chat, and on pages.

command-recap = Your year in giving
command-statement = A statement of your gifts (PDF and table)
command-certificates = My certificates of monthly giving

certificate-told-first = Thank you: <b>{ $months ->
        [one] one month
       *[other] { $months } months
    }</b>. This is your first certificate for giving to { $project } every month, yours to keep.
certificate-told = Thank you: month <b>{ $months }</b>. This is your certificate for giving to { $project } every month, yours to keep.
certificate-no-picture = The picture couldn't be drawn just now: the button below tries again.
certificate-where = No. { $number }. Whoever scans the code can check it in the public ledger; which name it says is up to you.
certificate-pdf-told = Ready to print: A4, 300 dpi.
certificate-name-ask = The certificate now says: { $name }.

    Another name? Just send it to me, or tap below. Whoever has the number sees that name.
    Each certificate keeps its own; showing or hiding your name on your monthly gift doesn't change those you have.
certificates-none = No certificate yet. You get one for month 1, 3, 6 and 12 of giving monthly, then every year. /monthly begins.
certificates-all = { $number ->
        [one] Your certificate of monthly giving. Tap to see it again:
       *[other] Your { $number } certificates of monthly giving. Tap one to see it again:
    }
button-certificate-line = Month { $months } · { $project }
button-certificate-again = See it again
button-certificate-pdf = PDF to print
button-certificate-check = Check it
button-certificate-name = Another name
button-certificate-chat-name = Say “{ $name }”
button-certificate-nobody = Say “A kind person”
button-certificates = My certificates

recap-told = <b>{ $year }</b>: { $of ->
        [donor] you gave <b>{ $given }</b>, in { $gifts ->
            [one] one gift
           *[other] { $gifts } gifts
        } over { $months ->
            [one] one month
           *[other] { $months } months
        }, to { $projects ->
            [one] one project
           *[other] { $projects } projects
        }.
       *[creator] because of you, people gave <b>{ $given }</b>, in { $gifts ->
            [one] one gift
           *[other] { $gifts } gifts
        } over { $months ->
            [one] one month
           *[other] { $months } months
        }, to { $projects ->
            [one] one project
           *[other] { $projects } projects
        }.
    }
recap-told-days = { $days ->
        [one] One giving day: { $given }.
       *[other] { $days } giving days: { $given }.
    }
recap-told-matched = { $of ->
        [donor] Because of you, sponsors added <b>{ $matched }</b>.
       *[creator] On top of it, sponsors added <b>{ $matched }</b>.
    }
recap-told-project = <b>{ $project }</b> · { $given }
    { $did }
recap-told-project-does = <b>{ $project }</b> · { $given }
    No news of it yet. What a gift can do: { $does }
recap-told-private = Only you can see this.
recap-told-public = This page is public: whoever has the link can see it; searching doesn't find it.
recap-ask = Whoever has the link will see all you gave in <b>{ $year }</b>: the sum, month by month and by project. That includes gifts you made without your name or with the amount hidden, and gifts you make later that year.
recap-ask-named = Shall it say your name, { $name }? If you hide your name later, it goes from the page too. A page made without it never gets one.
recap-ask-nameless = You don't show both your name and your amounts, so the page says no name, and never gets one later.
recap-is-public = It's public now
recap-is-private = Taken down. The old link no longer works
button-recap-page = Open the page
button-recap-public = Make a page to share
button-recap-named = With my name
button-recap-nameless = Without my name
button-recap-open = Make the page
button-recap-hide = Take the page down
button-recap-called = Given because of me
button-statement = Statement

statement-paper = Your statement, ready to print.
statement-told = { $first } to { $last }: { $gifts ->
        [one] one gift
       *[other] all { $gifts } gifts
    } in this table.
statement-told-cut = { $first } to { $last }: all { $gifts } gifts are in this table. The PDF lists { $left } fewer; its sums have them all.

web-certificate-title = Certificate { $number }
web-certificate-description = A certificate of monthly giving, checked against the ledger.
web-certificate-heading = Certificate of monthly giving
web-certificate-months = Months in all
web-certificate-in-a-row = Months in a row
web-certificate-others-label = Other projects
web-certificate-made = Date
web-certificate-holds = Checked: it holds
web-certificate-less = Some was returned since
web-certificate-open = Not all of it could be checked
web-certificate-ledger = What the ledger says
web-certificate-booked = Of the { $gifts ->
        [one] one gift
       *[other] { $gifts } gifts
    } this certificate speaks of, { $booked ->
        [one] one has its entry
       *[other] { $booked } have their entries
    } in the public ledger.
web-certificate-less-text = After it was made, some of it was returned; { $kept } stands.
web-certificate-less-hidden = After it was made, some of it was returned. The donor doesn't show amounts.
web-certificate-text = The donor chose the name; we don't verify who they are.
web-certificate-unknown-title = There is no such certificate
web-certificate-unknown-text = Please check the number: it looks like YC-7K3QF-9M2XT-4BD and stands at the bottom left of the certificate.

web-recap-title = The year { $year }
web-recap-title-of = { $name } · the year { $year }
web-recap-description = { $given } given, in { $gifts ->
        [one] one gift
       *[other] { $gifts } gifts
    }.
web-recap-link = The year { $year }: what was given together
web-recap-lead = { $of ->
        [donor] A year, shared by the person who gave.
        [creator] What people gave here in this year.
        [project] What people gave to this project in this year.
       *[service] What we did together in this year.
    }
web-recap-given = { $of ->
        [donor] { $given } given
       *[service] { $given } given together
    }
web-recap-matched = { $of ->
        [donor] Because of these gifts, sponsors added { $matched }
       *[service] Sponsors added { $matched }
    }
web-recap-months = Months with a gift
web-recap-projects = Projects
web-recap-days = Giving days
web-recap-on-days = Given on them
web-recap-by-month = Month by month
web-recap-month = Month
web-recap-chart = What was given in each month; the figures are in the table below
web-recap-whither = Where it went
web-recap-did = What it did
web-recap-no-news = The project has told no news in this year yet.
web-recap-does = What a gift can do:
web-recap-unknown-title = Nothing to look back at here
web-recap-unknown-text = There were no gifts in that year, or its owner doesn't show it, or took it down.

statement-column-paid = paid
statement-column-receipt = receipt
statement-column-project = project
statement-column-organisation = organisation
statement-column-amount = amount
statement-column-returned = returned
statement-column-kept = kept
statement-column-currency = currency
statement-column-rail = paid by
statement-column-month = monthly gift of
statement-column-matched = added by sponsors
