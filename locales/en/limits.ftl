# What is said to whoever is too fast, and while cards are tried on a rail: no HTML, since alerts of 200 characters use it too.

error-too-fast = That was quicker than I can follow. Nothing was charged; try again in { $seconds ->
        [one] a second
       *[other] { $seconds } seconds
    }.
error-too-many-here = So many people are here that I can't keep up. Nothing was charged; try again in { $seconds ->
        [one] a second
       *[other] { $seconds } seconds
    }.
error-paying-too-often = A few of your payments did not go through. To keep everyone safe, please try again in { $minutes ->
        [one] a minute
       *[other] { $minutes } minutes
    }; nothing was charged.
error-minimum-raised = Someone is abusing the payment service, so each gift must be at least { $least } for about { $minutes ->
        [one] a minute
       *[other] { $minutes } minutes
    }. Nothing was charged; you're welcome to come back then.
error-paying-paused = Someone is abusing the payment service, so paying rests for about { $minutes ->
        [one] a minute
       *[other] { $minutes } minutes
    }. Nothing was charged; please come back then.

web-error-429-title = A little slower, please
web-error-429-text = Too many pages were opened from this network in a short time. Please try again in { $seconds ->
        [one] a second
       *[other] { $seconds } seconds
    }.
