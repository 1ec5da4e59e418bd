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
