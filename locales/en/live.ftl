# A giving day as it goes: the page, cards in chats, milestones
web-day-description = Even { $least } helps. Today we do one good thing together.
web-day-unknown-title = We can’t find this giving day
web-day-unknown-text = It may not be announced yet, or the link may be missing a letter.
web-day-scheduled = { $days ->
    [0] { $hours ->
        [0] Starts in { $minutes } min
       *[other] Starts in { $hours } h{ $minutes ->
            [0] {""}
           *[other] {" "}{ $minutes } min
        }
    }
    [one] Starts in { $days } day{ $hours ->
        [0] {""}
       *[other] {" "}{ $hours } h
    }
   *[other] Starts in { $days } days{ $hours ->
        [0] {""}
       *[other] {" "}{ $hours } h
    }
}
web-day-live = { $days ->
    [0] { $hours ->
        [0] On now · { $minutes } min left
       *[other] On now · { $hours } h{ $minutes ->
            [0] {""}
           *[other] {" "}{ $minutes } min
        } left
    }
    [one] On now · { $days } day{ $hours ->
        [0] {""}
       *[other] {" "}{ $hours } h
    } left
   *[other] On now · { $days } days{ $hours ->
        [0] {""}
       *[other] {" "}{ $hours } h
    } left
}
web-day-closing = It’s over. Gifts still on their way will count
web-day-reported = It’s done. Thank you, everyone
web-day-raised = Raised together
web-day-of-pool = { $percent }% of the { $whole } matching fund used
web-day-of-need = { $percent }% of the { $whole } these projects still needed
web-day-matched = Matched
web-day-pool-left = Left to match
web-day-pools = Matching funds of the day
web-day-creators = Who called on us
day-creator-sum = { $donors ->
    [one] 1 person · { $given }
   *[other] { $donors } people · { $given }
}
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

# The card in chats
day-card-title = <b>{ $title }</b> { $hashtag }
day-card-of-pool = { $percent }% of the matching fund used
day-card-of-need = { $percent }% of the { $whole } still needed
day-card-raised = <b>{ $raised }</b> raised together · { $donors ->
    [one] { $donors } donor
   *[other] { $donors } donors
}
day-card-pool = { $matched } matched, { $left } left to match
day-card-here-group = From this group: { $given }
day-card-here-channel = From this channel: { $given }
day-card-creators = Calling on us: { $creators }
day-card-reached = “{ $project }” has reached its target. Thank you all!
day-card-needing = Still needing you: { $projects }
day-card-left = { $days ->
    [0] { $hours ->
        [0] Less than { $minutes } min left
        [one] Less than { $hours } hour left
       *[other] Less than { $hours } hours left
    }
    [one] { $days } day{ $hours ->
        [0] {""}
       *[other] {" "}{ $hours } h
    } left
   *[other] { $days } days{ $hours ->
        [0] {""}
       *[other] {" "}{ $hours } h
    } left
}
day-card-closing = It’s over. Thank you, everyone. Gifts still on their way will count.
day-card-over = It’s done. Thank you, everyone.
day-card-lost = I can’t update the giving day’s card in { $chat } any more: I may not post or edit there. Give me those rights back, and the next giving day will be fine.
button-day-give-to = Give to { $project }
button-day-page = See it live
button-day-card-on = Giving day card: on
button-day-card-off = Giving day card: off

# Milestones
day-tenth = { $basis ->
    [pool] { $title }: 10% of the matching fund is used. { $donors ->
        [one] { $donors } donor has
       *[other] { $donors } donors have
    } given { $raised }.
   *[need] { $title } has its first 10%. { $donors ->
        [one] { $donors } donor has
       *[other] { $donors } donors have
    } given { $raised }.
}
day-half = { $basis ->
    [pool] { $title }: half of the matching fund is used. { $donors ->
        [one] { $donors } donor has
       *[other] { $donors } donors have
    } given { $raised }.
   *[need] { $title } is half-way. { $donors ->
        [one] { $donors } donor has
       *[other] { $donors } donors have
    } given { $raised }.
}
day-full = { $basis ->
    [pool] { $title }: all of the matching fund is used. { $donors ->
        [one] { $donors } donor has
       *[other] { $donors } donors have
    } given { $raised }. Thank you!
   *[need] { $title } made it. { $donors ->
        [one] { $donors } donor has
       *[other] { $donors } donors have
    } given { $raised }. Thank you!
}
day-last-hour = The last hour of { $title }. { $donors ->
    [one] { $donors } donor has
   *[other] { $donors } donors have
} given { $raised } so far.
day-target = “{ $project }” has reached its target! On { $title }, { $donors ->
    [one] { $donors } donor has
   *[other] { $donors } donors have
} given { $raised }.
tip-target-reached = “{ $project }” has reached its target. Thank you! Still needing help: { $projects }
post-counter-day = { $counter } · { $day } today
web-day-fund-left = { $amount } left
web-day-fund-none = nothing left
