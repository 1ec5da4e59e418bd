# A giving day as it goes: the page, cards in chats, milestones
web-day-description = One yuan is fine. Today we do one good thing together.
web-day-unknown-title = We can’t find this giving day
web-day-unknown-text = It may not be announced yet, or the link may be missing a letter.
web-day-scheduled = { $days ->
    [0] { $hours ->
        [0] Starts in { $minutes } min
       *[other] Starts in { $hours } h { $minutes } min
    }
    [one] Starts in { $days } day { $hours } h
   *[other] Starts in { $days } days { $hours } h
}
web-day-live = { $days ->
    [0] { $hours ->
        [0] On now · { $minutes } min left
       *[other] On now · { $hours } h { $minutes } min left
    }
    [one] On now · { $days } day { $hours } h left
   *[other] On now · { $days } days { $hours } h left
}
web-day-closing = It’s over. Gifts still on their way will count
web-day-reported = It’s done. Thank you, everyone
web-day-raised = Raised together
web-day-of-pool = { $percent }% of the { $whole } matching fund used
web-day-of-need = { $percent }% of the { $whole } these projects still needed
web-day-matched = Matched
web-day-pool-left = Left to match
web-day-creators = Who called on us
web-day-projects = Where your gift goes
web-day-given = { $amount } today
web-day-so-far = { $amount } of { $target } in all
web-day-reached = Target reached. Thank you all!
web-day-reached-some = { $reached ->
    [one] One project has reached its target. These still need you.
   *[other] { $reached } projects have reached their targets. These still need you.
}
web-day-give = Give { $least }
web-day-reload = Reload the page to see the newest figures.
