# Words on pictures: the share picture. One line is one line, and short.

picture-brand = 益赞 Yizan
picture-share-invites = invites you to give to
picture-share-together = Together we give to
picture-share-given = Given together so far
picture-share-donors =
    { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $gifts ->
        [one] { $gifts } gift
       *[other] { $gifts } gifts
    }
picture-share-first = Be the first to give
picture-share-scan = Scan to give, even a little
picture-share-promise = 100% reaches the project. Every gift can be checked.
picture-day-given = Together we gave
picture-day-matched = plus { $amount } matched
picture-day-thanks = Thank you, everyone

# Certificates of monthly giving, looks back at a year, statements
certificate-title = Certificate of monthly giving
certificate-level =
    { $months ->
        [1] The first month. Thank you for beginning
        [3] Three months
        [6] Half a year
        [12] One whole year
        [24] Two whole years
        [36] Three whole years
        [48] Four whole years
        [60] Five whole years
       *[other] { $years } whole years
    }
certificate-nobody = A kind person
certificate-gives = gives every month to
certificate-others = { $organisation }, and { $others ->
        [one] { $others } more project
       *[other] { $others } more projects
    }
certificate-months = months in all
certificate-in-a-row = { $months ->
        [1] month
       *[other] months in a row
    }
certificate-total = given in all
certificate-thanks = Thank you for thinking of them every month
certificate-number = No. { $number }
certificate-made = { $day }
certificate-check = Scan to check every gift in the public ledger
certificate-seal-first = Yizan
certificate-seal-second = 益赞
recap-title = The year { $year }
recap-gave = { $of ->
    [donor] This year you gave
    [creator] Because of you, people gave
    [project] This year, people gave
   *[service] Together we gave
 }
recap-gifts = { $gifts ->
        [one] gift
       *[other] gifts
    }
recap-donors = { $donors ->
        [one] donor
       *[other] donors
    }
recap-months = { $months ->
        [one] month with a gift
       *[other] months with a gift
    }
recap-projects = { $projects ->
        [one] project
       *[other] projects
    }
recap-month = { $month ->
        [1] J
        [2] F
        [3] M
        [4] A
        [5] M
        [6] J
        [7] J
        [8] A
        [9] S
        [10] O
        [11] N
       *[other] D
    }
recap-days = { $of ->
        [donor] { $days ->
            [one] Part of { $days } giving day, { $given } given
           *[other] Part of { $days } giving days, { $given } given
        }
       *[service] { $days ->
            [one] { $days } giving day, { $given } given
           *[other] { $days } giving days, { $given } given
        }
    }
recap-matched = Sponsors added { $matched }
recap-did = What { $project } did
recap-does = What a gift to { $project } can do
recap-scan = Scan for the whole year
recap-scan-us = Scan to give, even a little
statement-title = Statement of gifts
statement-name = Donor: { $name }
statement-no-tax = A record of payments, not a tax receipt. Only the charity that received the gift can issue those.
statement-day = Date
statement-code = Receipt
statement-project = Project
statement-amount = Amount
statement-sum = Sums
statement-whole = In all
statement-left-out = { $gifts ->
        [one] One more gift is not listed here but in the table (CSV); the sums have it.
       *[other] { $gifts } more gifts are not listed here but in the table (CSV); the sums have them.
    }
statement-sums-left-out = { $count ->
        [one] One more organisation is in the table (CSV); what is in all has it.
       *[other] { $count } more organisations are in the table (CSV); what is in all has them.
    }
statement-page = Page { $number } of { $pages }
statement-made = Made on { $at }
statement-check = Every receipt can be checked: { $link }
statement-back = { $amount } returned
statement-back-whole = returned
statement-monthly = monthly, { $month }
