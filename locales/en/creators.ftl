# Creators: joining a channel, switching on and off, choosing a project, figures.

bot-added = I've joined <b>{ $chat }</b>. Thank you!
bot-can =
    I will: put a row of charity tip buttons under each new post.
    I won't: touch what you write, or talk in the channel.
    You never handle the money: 100% of every tip is credited to the project you choose.
bot-ready = I have all the rights I need. Choose a project to switch it on.
bot-ready-on = I have all the rights I need, and charity tips are on.
bot-lacks-administrator = One step left: make me an administrator with the right “Edit messages”.
bot-lacks-edit-messages = One right is missing: please allow “Edit messages”, or I can't put buttons under your posts.
bot-removed = I've left <b>{ $chat }</b>. New posts get no tip buttons; tips already given stay given. Add me again and your settings are back.

chats-none =
    I'm not in any of your channels yet. Three steps:

    1. Use the button below and choose your channel, or add { $bot } to its administrators
    2. Keep the right “Edit messages”
    3. I'll tell you here what comes next
chats-list = <b>My channels and groups</b>
chats-line-on = ● { $chat } · on
chats-line-paused = ◌ { $chat } · paused, I'm not there
chats-line-off = ○ { $chat } · off
chats-pick = Which one?

chat-card-on =
    <b>{ $chat }</b>
    Charity tips are on. 100% goes to <b>{ $project }</b>.
chat-card-paused =
    <b>{ $chat }</b>
    Charity tips are paused: I'm not in the channel. Add me again and new posts get their buttons back, 100% for <b>{ $project }</b>. Done with it? Switch it off.
chat-card-off =
    <b>{ $chat }</b>
    Charity tips are off.
chat-choose = Choose a project for <b>{ $chat }</b>:
chat-confirm = Once it's on, each new post in <b>{ $chat }</b> gets tip buttons, and 100% goes to this project. Older posts and tips stay as they are.
chat-on =
    <b>It's on ❤</b>
    From now on each new post in { $chat } gets tip buttons, and 100% goes to <b>{ $project }</b>.

    Go and post something.
chat-off = Charity tips are off in <b>{ $chat }</b>. New posts get no buttons; what was given stays with the project.
button-chat-on = ● { $chat }
button-chat-off = ○ { $chat }
button-tipping-on = Switch on charity tips
button-tipping-off = Switch off
button-change-project = Change project
button-stats = Figures
button-my-chats = My channels and groups
button-confirm-on = Choose it and switch on

stats-title = Charity tips in <b>{ $chat }</b>
stats-today = Today: { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $gifts ->
        [one] { $gifts } gift
       *[other] { $gifts } gifts
    } · <b>{ $given }</b>
stats-week = This week: { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $gifts ->
        [one] { $gifts } gift
       *[other] { $gifts } gifts
    } · <b>{ $given }</b>
stats-month = This month: { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $gifts ->
        [one] { $gifts } gift
       *[other] { $gifts } gifts
    } · <b>{ $given }</b>
stats-ever = All time: { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $gifts ->
        [one] { $gifts } gift
       *[other] { $gifts } gifts
    } · <b>{ $given }</b>
stats-top = <b>Posts that moved people most</b>
stats-post = { $place }. { $post } · { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $given }
stats-post-untitled = a post
group-stats-top = <b>Messages that moved people most</b>
group-stats-post-untitled = a message
group-stats-none = No tips yet. Reply to a message with /tip, and the first one is made.
stats-none = No tips yet. The buttons under new posts are waiting for them.

digest =
    Charity tips in <b>{ $chat }</b> ❤
    { $donors ->
        [one] { $donors } follower
       *[other] { $donors } followers
    } gave <b>{ $given }</b>, 100% for { $project }.
digest-projects = { $count ->
        [one] { $count } project
       *[other] { $count } projects
    }
digest-since = Since { $since }
digest-names = Thanks to { $names }
digest-ever = { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } and { $given } so far.
digest-name = { $name } { $amount }
digest-name-alone = { $name }
