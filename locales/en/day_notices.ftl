# What admins of giving days are told.

day-asked = <b>{ $who }</b> asks you to confirm the giving day “{ $title }”: { $starts } to { $ends }, telling { $people ->
    [one] one person
   *[other] { $people } people
}.
day-drafted = The next giving day, “{ $title }”, is drafted: { $starts } to { $ends }. Have a look, change what you like, then schedule it.
day-less = “{ $title }” is on, and { $closed } no longer takes gifts. { $left ->
    [0] No project is left to give to; you may want to stop the day.
    [one] The day goes on with the other project.
   *[other] The day goes on with the other { $left } projects.
}
day-where = Send /giving_day to see it.
day-invite-waits = “{ $title }” is on, but <b>its invitation waits</b>: it would go to { $people ->
    [one] one person
   *[other] { $people } people
} by now, more than one admin decides on. { $named ->
    [0] One of you has to confirm it.
   *[other] An admin other than { $who } has to confirm it.
} If nobody does before { $ends }, it is not sent.
alert-day-renamed = <b>A project was renamed</b> after the giving day “{ $title }” was scheduled. The invitation will go out with the new name. Send /giving_day to look at it again.
alert-line-day-renamed = • { $before } → { $after }
day-invite-alone = “{ $title }” is on, but <b>its invitation waits</b>: it would go to { $people ->
        [one] one person
       *[other] { $people } people
    } by now, more than one admin decides on, and there is no other admin than you. Add one with /role_add, who can confirm it; or send it on your own word at the server’s command line, by typing how many they are:
    <code>python main.py broadcast send { $cast }</code>
    If neither is done before { $ends }, it is not sent.
