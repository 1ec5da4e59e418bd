# 公益爱心位, a creator's charity page: opening, naming, sharing; the card and the page their followers see.

command-slot = My charity page

slot-none =
    <b>Your charity page</b>
    A public page of your own: choose a project, and put the link wherever you like. 100% of what your followers give there is credited to the project, and counts in your name.
slot-mine-none =
    <b>{ $name }'s charity page</b>
    For <b>{ $project }</b>. Nobody has given yet; share the link.
slot-mine =
    <b>{ $name }'s charity page</b>
    For <b>{ $project }</b>
    Here and in your channels and groups: { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    }, <b>{ $given }</b>
slot-project-closed = This project takes no new gifts; please choose another.
slot-share =
    To share (tap to copy):
    <code>{ $words }</code>
slot-share-words = I've opened a charity page for “{ $project }”. Small gifts count too: 100% reaches the project, and every gift can be checked: { $link }
slot-opened = <b>It's open ❤</b>
slot-closed =
    <b>{ $name }'s charity page</b>
    It's closed, nobody sees it. Open it again and it has the same address.
digest-slot =
    Gifts on your charity page ❤
    { $donors ->
        [one] { $donors } follower
       *[other] { $donors } followers
    } gave <b>{ $given }</b>, 100% for { $project }.
slot-closed-now = Closed; nobody sees the page any more. What was given stays with the project. Open it again and it has the same address.
slot-choose = Which project is your charity page for?
slot-confirm = The name everybody will see: <b>{ $name }</b>. To use another one, just send it.
slot-name-ask = Which name should everybody see? Just send it, 32 characters at most.
slot-name-forgotten = I no longer have the name you sent. Have a look at this one, or send yours again.
slot-card-none =
    <b>{ $name }'s charity page</b>
    Be the first to give ❤
slot-card =
    <b>{ $name }'s charity page</b>
    { $donors ->
        [one] { $donors } person
       *[other] { $donors } people
    } and <b>{ $given }</b> so far

button-slot-open = Choose a project and open one
button-slot-open-again = Open it again
button-slot-page = See the page
button-slot-name = Change name
button-slot-close = Close
button-slot-confirm = That's it, open

error-slot-unknown = This charity page isn't there; it may have been closed. Send /give to choose a project yourself.
error-name-needed = Nobody can see that name. Please send one that can be read, 32 characters at most.

web-slot-title = { $name }’s charity page
web-slot-description = Give with { $name } to “{ $project }”: 100% reaches the project.
web-slot-for = For
web-slot-given = { $amount } from { $name }’s followers
web-slot-where = Here, and in { $name }’s channels and groups
web-slot-share = Share
web-slot-share-how = Select these words and copy them anywhere:
web-slot-unknown-title = We can’t find this charity page
web-slot-unknown-text = It may have been closed, or the link may be missing a letter.

button-slot-picture = Picture to share (QR code)
button-slot-anywhere = Share in any chat
button-slot-after-gift = Open my own charity page
slot-direct = Straight to giving: { $link }
inline-slot = My charity page · { $name }
inline-slot-none = Open my own charity page
inline-day = <b>{ $title }</b> · until { $ends }
button-inline-give = Give a little with me
slot-picture-caption = Save it and share it anywhere: scanning the code leads to giving.
