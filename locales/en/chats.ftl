# A creator's channels: pause and resume, amounts on the buttons, channels one administers too.

bot-found-again = I found your settings as you left them: 100% of every tip goes to <b>{ $project }</b>.
bot-ready-paused = I have all the rights I need. Charity tips are still paused; tap “Resume” to carry on.

chats-line-resting = ‖ { $chat } · paused
chats-line-orphaned = ‖ { $chat } · paused, needs someone to take it over
chats-line-project = For { $project }
chats-line-given = { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $given }
chats-run-by = Run by { $name }
chat-card-resting =
    <b>{ $chat }</b>
    Charity tips for <b>{ $project }</b> are paused. Posts keep their counters, new posts get no buttons. Tap “Resume” to carry on.
chat-card-orphaned =
    <b>{ $chat }</b>
    Charity tips are paused: the creator who ran them no longer does. Any administrator can take over and go on giving to <b>{ $project }</b>.
chat-card-given = So far: { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    }, <b>{ $given }</b>
chat-card-presets = Amounts on the buttons: { $amounts }
chat-paused = Charity tips in <b>{ $chat }</b> are paused. Posts keep their counters, new posts get no buttons. I remember the project and the amounts; resume whenever you like.
chat-resumed =
    <b>We're back ❤</b>
    New posts in { $chat } get their tip buttons again, and 100% goes to <b>{ $project }</b>.

presets-ask =
    Posts in <b>{ $chat }</b> now offer { $amounts }.

    What would you like instead? Choose a set, or just send one to three numbers, like <code>1 5 10</code> ({ $least } to { $most }). “Other” is always there.
group-presets-ask =
    In <b>{ $chat }</b>, a message can be tipped with { $amounts }.

    What would you like instead? Choose a set, or just send one to three numbers, like <code>1 5 10</code> ({ $least } to { $most }). “Other” is always there.
group-presets-set = Done: from now on <b>{ $chat }</b> offers { $amounts }. The latest messages follow.
presets-set = Done: new posts in <b>{ $chat }</b> offer { $amounts }. The latest posts follow.

chat-find =
    A channel or group you run isn't here? Forward me one of its posts, or send its @name or a link.

    I'll ask Telegram whether you are its administrator right now.
chat-found = Found it. From now on it's in “My channels and groups” too.

button-chat-find = Mine isn't here
button-chat-paused = ‖ { $chat }
button-presets = Amounts
button-presets-usual = Use the usual amounts
button-pause = Pause
button-resume = Resume

tipping-paused = Charity tips in { $chat } are paused; nothing was charged.
error-tipping-paused = { tipping-paused } Send /give to choose a project.
error-presets-not-understood = Please send one to three amounts with spaces between, like 1 5 10, each from { $least } to { $most }.
error-chat-not-yours = I can't find it: either I'm not there, or you aren't its administrator right now. Check, and send it again.
