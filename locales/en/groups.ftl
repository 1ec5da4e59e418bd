# Groups: joining and switching on, answering with /tip, buttons in discussion groups, upgrades.

button-add-bot-group = Add me to a group
button-open-private = Open our private chat
command-tip = Reply to a message to give for it: /tip 5

group-can =
    In the group, reply to a message with /tip or /tip 5 to give for it.
    I answer each message once and only edit after that; paying happens in private.
    You never handle the money: 100% of every tip is credited to the project you choose.
group-ready = I need no special rights in a group. Choose a project to switch it on.
group-ready-on = Charity tips are on, 100% for <b>{ $project }</b>.
group-ready-back = I'm back, and so are your settings: charity tips are on, 100% for <b>{ $project }</b>.
group-nice-delete = A suggestion: with the right “Delete messages” I can tidy up commands that didn't work. It works without, too.
bot-lacks-member = One step left: add me to the group.
bot-lacks-send-messages = One right is missing: please let me send messages in the group.
group-removed = I've left <b>{ $chat }</b>. Nobody can tip there for now; tips already given stay given. Add me again and your settings are back.
group-upgraded = <b>{ $chat }</b> is a supergroup now. Project, settings and totals came along, and there's nothing for you to do. Buttons under messages from before won't change any more; new ones work as ever.

group-card-paused =
    <b>{ $chat }</b>
    Charity tips are paused: I'm not in the group. Add me again and they go on, 100% for <b>{ $project }</b>. Done with it? Switch it off.
group-card-resting =
    <b>{ $chat }</b>
    Charity tips for <b>{ $project }</b> are paused. The counters stay; tap “Resume” to carry on.
group-paused = Charity tips in <b>{ $chat }</b> are paused. The counters stay, project and amounts are kept, and you can resume any time.
group-resumed =
    <b>We're back ❤</b>
    In { $chat } people can reply with /tip again, 100% for <b>{ $project }</b>.
group-confirm = Once it's on, anyone in <b>{ $chat }</b> can reply to a message with /tip to give for it, and 100% goes to this project. Tips given before stay as they are.
group-on =
    <b>It's on ❤</b>
    From now on, reply to a message in { $chat } with /tip or /tip 5, and 100% goes to <b>{ $project }</b>.

    Go and try it.
group-off = Charity tips are off in <b>{ $chat }</b>. What was given stays with the project.

group-charity = This group's settings are in our private chat. Open it below.
group-charity-anonymous = You are anonymous here, so I can't tell who you are. Open our private chat below; I'll check there that you're an administrator.
group-pay = <b>{ $amount }</b> for “{ $project }”, to be paid in our private chat. You can still change your mind.
group-unknown-command = In a group I know three things: reply to a message with /tip 5, /ranking, and /charity for administrators. For all else, meet me in private.
tip-in-private = /tip is for groups: reply to a message there with /tip or /tip 5. Here you can simply choose a project:
one-at-a-time-group = That was quick! I am still busy with your earlier ones and haven't taken this one. Please send it again in a moment.
group-tip-nobody = You aren't writing as yourself, so I can't tell whose { $amount } this is. Tap one of my amounts, or give in our private chat.
group-tipping-paused = Charity tips in { $chat } are paused; nothing was charged. Its project “{ $project }” is still open: you can give to it in our private chat.

carrier-none = ❤ 100% for “{ $project }”
carrier = ❤ { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } · { $given } for “{ $project }”
carrier-author = Thanks to { $author }
carrier-how = Tap an amount to give; tap ❤ to pay or to see the project.

discussion-none = Some posts in <b>{ $chat }</b> can't have buttons (albums, forwards, posts with buttons of their own, or I lack the right “Edit messages”). Give the channel a discussion group, add me there as an administrator, and the buttons will appear in the comments.
discussion-not-in = Some posts in <b>{ $chat }</b> can't have buttons, but their comments can: please add me to the discussion group and make me an administrator (no rights needed), so that I see new posts.
discussion-blind = Some posts in <b>{ $chat }</b> can't have buttons, but their comments can. I'm in the discussion group but can't see new posts: please make me an administrator there, no rights needed.
