# What a project did, told by its charity; monthly donors hear of each project at most once a month.

command-news = Tell what a project did
news-which = Which project would you like to tell of?
news-more = There are too many to list. Send <code>/news project</code>, with the last part of the project's address.
news-ask = What has <b>{ $project }</b> been doing? Just send it, { $most } characters at most. Be concrete: how many people, what was done, what the money went into.
news-reach =
    { $donors ->
        [0] No monthly donors yet.
       *[other] { $donors ->
            [one] { $donors } monthly donor
           *[other] { $donors } monthly donors
        }, { $readers ->
            [0] none of whom wants messages about what it does.
            [one] one of whom wants messages about what it does.
           *[other] { $readers } of whom want messages about what it does.
        }
    }
news-too-soon = Its monthly donors have been told something already; again from { $at } on. What you write now goes on the project's page and into the reminders before a payment, but not out as a message.
news-last =
    Last time ({ $at }):
    “{ $words }”
news-preview = This is how it will look:
news-message =
    News from <b>{ $project }</b>

    { $words }
news-sent = On its way to { $readers ->
        [one] { $readers } monthly donor
       *[other] { $readers } monthly donors
    }, and on the project's page ❤ Nobody is disturbed at night; it goes in the morning.
news-kept = It is on the project's page; no message goes out.
news-forgotten = I no longer have your words, or you changed them since. Please send /news again.
button-news-send = That's it, send
button-news-keep = Put it on the project's page

error-news-too-long = That doesn't fit: { $most } characters at most. Please send a shorter one.
error-news-empty = There are no words in it. Please tell in a sentence what the project did.
error-news-over = This one was published already; it won't go out twice.

web-news = News
