# Broadcasts: for admins, from the first word to the outcome.

command-broadcast = Write to people who asked for news
button-cast-new = Write a new one
button-cast-write = On to the words
button-cast-skip = Not in this language
button-cast-no-buttons = No buttons
button-cast-start = Send it now
button-cast-start-paid = Send it fast, { $stars } Stars
button-cast-ask = Ask another admin to confirm
button-cast-ask-paid = Ask, to send it fast for { $stars } Stars
button-cast-confirm = Confirm: send it now
button-cast-confirm-paid = Confirm: send it fast, { $stars } Stars
button-cast-look = Look at it
button-cast-test = Send it to me alone
button-cast-edit-zh = Change 中文
button-cast-edit-en = Change English
button-cast-drop = Drop it
button-cast-pause = Pause
button-cast-resume = Go on
button-cast-cancel = Cancel the rest
button-cast-cancel-really = Yes, nobody else gets it

cast-state = { $state ->
    [draft] draft
    [running] under way
    [paused] paused
    [cancelled] cancelled
   *[done] done
 }
cast-list = <b>Broadcasts</b>, newest first
cast-none = <b>Broadcasts</b>
    Nothing was sent yet. Only people who asked for a kind of message get it, at most so often as they like, and never at night.
cast-kind = What is it about? Only those who asked for that kind will get it.
cast-segment =
    <b>{ $kind }</b> · to { $segment }
    { $people ->
        [one] { $people } person
       *[other] { $people } people
    } right now. Everything you tick has to hold.
cast-everybody = everybody who asked for it
cast-part = { $part ->
    [month] gave last month
    [lapsed] not for 60 days
    [creators] creators
    [project] donors of a project
    [country] country
    [zh] reads 中文
   *[en] reads English
 }
cast-of-project = gave to { $project }
cast-of-country = lives in { $country }
cast-which-project = Whose donors?
cast-which-country = Where? By the clock people chose; who chose none goes by yours.
cast-words = Send me the words in <b>{ $tongue }</b>. Bold, links and the like stay as you type them; a photo may come with them.
cast-edit = Send me the new words in <b>{ $tongue }</b>. Whoever was not told yet gets these.
cast-buttons =
    Buttons under it? One a line:
    <code>Look | https://example.org</code>
    or with both languages:
    <code>去看看 | Look | https://example.org</code>

cast-head = <b>{ $kind }</b> · to { $segment } · { cast-state }
cast-reach = It reaches at most { $people ->
        [one] { $people } person
       *[other] { $people } people
    }, in { $takes ->
        [one] about a minute
       *[other] about { $takes } minutes
    } at the free rate. Who sleeps gets it in the morning; whoever had enough this week is left out.
cast-price = At the paid rate: { $stars } Stars at most, in { $takes ->
        [one] about a minute
       *[other] about { $takes } minutes
    }.
cast-second = For this many people, a second admin has to confirm.
cast-waits = { $name } asks for another admin's word.
cast-waits-paid = { $name } asks for another admin's word, to send it at the paid rate: <b>{ $stars } Stars</b> at most.
cast-asked = <b>{ $name }</b> wants to send a broadcast ({ $kind }) to many people, and needs your word. Look at it first.
cast-asked-others = { $count ->
        [one] One other admin is asked.
       *[other] { $count } other admins are asked.
    } It goes as soon as one of them confirms.
cast-started = It's on its way.
cast-cancel = Whoever was told stays told; nobody else gets it, ever.

cast-progress =
    { $bar } { $audience ->
        [one] { $audience } person
       *[other] { $audience } people
    }
    sent { $sent } · left { $left } · blocked { $blocked } · unknown { $unknown } · refused { $failed } · skipped { $skipped }
cast-pace = { $per_minute } a minute, { $takes ->
        [one] about a minute left
       *[other] about { $takes } minutes left
    }
cast-morning = The next ones wait for their morning, { $at }.
cast-stopped = Telegram refuses this message: “{ $said }”. Change the words, then let it go on.
alert-broadcast-stopped = <b>A broadcast has stopped</b>: Telegram refuses it: “{ $said }”. Nobody else gets it until somebody changes the words with /broadcast and lets it go on.
cast-took = It took { $takes ->
        [one] a minute.
       *[other] { $takes } minutes.
    }
cast-skip = { $reason ->
    [unsubscribed] no longer wanted it: { $count }
    [cap] had enough for this week: { $count }
    [left] left: { $count }
    [unreachable] blocked the bot before: { $count }
   *[gone] no longer in the group: { $count }
 }
cast-skips = Not told: { $skips }
cast-gifts = Gifts within a day of it: { $gifts }, by { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    }.
cast-stars = Paid rate: { $stars } Stars at most.
button-cast-edit-look = Look at the new words
button-cast-edit-use = Use these words
button-cast-edit-use-on = Use these words and go on
button-cast-edit-confirm = Confirm: use these words
button-cast-edit-keep = Keep the old words
button-cast-edit-keep-on = Keep the old words and go on
cast-as-read = Whoever reads { $tongue } gets this:
cast-edit-look = These would be the new words for the { $left ->
        [one] { $left } person
       *[other] { $left } people
    } not told yet. Whoever was told keeps what they got.
cast-edit-stands = Nothing goes out until this is decided: what was sent can't be taken back, a pause can.
cast-edit-second = So many people are left that another admin has to look at the new words and confirm them.
cast-edit-waits = { $name } asks for another admin's word on them.
cast-edit-asked = <b>{ $name }</b> wants to change the words of a broadcast ({ $kind }) that is under way, and many people are left. It stands still until you or somebody else has looked at them.
cast-edit-asked-others = { $count ->
        [one] One other admin is asked.
       *[other] { $count } other admins are asked.
    } Until one of them confirms, nothing goes out.
cast-edit-used = Done: the others get the new words.
cast-edit-kept = Nothing was changed.
cast-rewritten = New words wait for somebody's decision. Nothing goes out until then.
alert-broadcast-alone = <b>A broadcast to { $people } people was started by one person</b>, at the server’s command line (account { $account }), without another admin’s word. If that wasn’t agreed, stop it with /broadcast.
cast-stopped-photo = Its photo can’t be read any more. Send the words once more with a new photo, then let it go on.
alert-broadcast-stopped-photo = <b>A broadcast has stopped</b>: its photo can’t be read any more. Nobody else gets it until somebody sends the words once more with a new photo (/broadcast) and lets it go on.
