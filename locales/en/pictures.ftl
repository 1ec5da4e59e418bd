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
