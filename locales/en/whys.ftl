# Why I give every month: one sentence of a donor's, read before it stands on the project's page, taken back at any time.

command-whys = Read what donors wrote
why-none = You don't give monthly yet. Once you do, you can write a sentence here on why.
why-mine =
    <b>Why I give every month</b>
    Write one sentence; once somebody has read it, it stands on the project's page. Change it or take it back whenever you like; whether your name is there is your own setting.
why-more = { $count ->
        [one] { $count } more project is
       *[other] { $count } more projects are
    } not listed here; under a project's news you can write for it, too.
why-begun = <b>{ $project }</b>: just begun. Thank you.
why-months = <b>{ $project }</b>: { $months ->
        [one] { $months } month so far
       *[other] { $months } months so far
    }. A month left out in between is quite all right.
why-is-waiting = “{ $words }” · waiting to be read
why-is-shown = “{ $words }” · on the project's page
why-is-refused = “{ $words }” · not on the page
why-ask = Why do you give to <b>{ $project }</b> every month? Send me one sentence, { $most } characters at most.
why-ask-seen = Somebody reads it before it appears on the project's page. Please leave out other people's names, phone numbers and the like.
why-written =
    Got it: “{ $words }”

    I'll tell you once it has been read. When a monthly gift of yours has come in, it stands on the page of “{ $project }”.
why-taken-back = Taken back; nobody sees it any more.
why-now-shown =
    Your sentence is on the page of “{ $project }” now ❤

    “{ $words }”
why-now-refused =
    The sentence you wrote for “{ $project }” is not on its page:

    “{ $words }”
why-refused-private = It tells something private that is not for everybody. Leave that out and send it again.
why-refused-advert = It reads like an advertisement, or has a link in it. Just say what you think yourself.
why-refused-rude = There are words in it that hurt. Put it another way and send it again.
why-refused-unrelated = It doesn't seem to be about this project. Say why you give to it, and send it again.
why-refused-other = It doesn't quite fit on the project's page. You are welcome to send another one.

button-why = Say why I give
button-why-write = Write one: { $project }
button-why-again = Change it: { $project }
button-why-back = Take back: { $project }
button-why-back-this = Take it back
button-why-again-this = Write another
button-why-show = Show it
button-why-refuse = Don't
button-why-private = Something private
button-why-advert = Advertising or a link
button-why-rude = Words that hurt
button-why-unrelated = Not about the project
button-why-other = Something else
button-whys-on = What is on the pages
button-why-down = Take { $number } down
button-whys-look = Have a look

whys-title = <b>{ $count ->
        [one] { $count } sentence waits
       *[other] { $count } sentences wait
    } to be read</b>
whys-one =
    For “{ $project }”:
    “{ $words }”
whys-named = Signed: { $name }
whys-nameless = Without a name
whys-none = Nothing is waiting to be read ❤
whys-why-not = Why not? The writer is told, and may write another.
whys-shown = It is on the page.
whys-refused = It is not shown, and the writer was told why.
whys-on = <b>{ $count ->
        [one] { $count } sentence stands
       *[other] { $count } sentences stand
    } on projects' pages</b>
whys-on-one = { $number }. For “{ $project }”: “{ $words }”
whys-on-none = Nothing of donors' stands on a project's page yet.
whys-why-down = Why take it down? The writer is told, and may write another.
whys-down = It is off the page, and the writer was told why.
whys-wait = { $count ->
        [one] { $count } sentence of a donor's waits
       *[other] { $count } sentences of donors' wait
    } to be read.

error-not-monthly-donor = Only people who give to it monthly can write a sentence for it.
error-why-too-long = That's a little long: { $most } characters at most. Please send a shorter one.
error-why-empty = There are no words in it. Just send me a sentence.
error-why-over = Somebody has read this one already, or its writer changed it or took it back. One of your own is for somebody else to read.

web-whys = Why they give every month
web-why-someone = A kind person
