# Projects: browsing, searching, cards.

project-list = <b>Choose a project</b>
project-found = { $total ->
        [one] { $total } project
       *[other] { $total } projects
    } for “{ $query }”
project-found-none = No project found for “{ $query }”. Try another word, or look at all of them.
project-none = No project is open right now. Please look in again in a few days.
project-item =
    <b>{ $project }</b> · { $organisation }
    { $summary }
    { $given } of { $target } raised · { $progress }
project-card =
    <b>{ $project }</b>
    { $organisation }

    { $summary }

    <b>{ $given }</b> of { $target } raised · { $progress } · { $donors ->
        [0] be the first
        [one] { $donors } person
       *[other] { $donors } people
    }
project-use = <i>What your money does:</i> { $use }
project-from-post = Charity tips in { $chat }: 100% goes to
project-search = What would you like to help? Send me a word, such as “children” or “water”.
project-search-text = Just send me text, such as “children” or “water”.
