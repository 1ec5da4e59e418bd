# What to say when the machine under us fails: what happened, then what to do. No HTML: alerts of 200 characters use it too.

error-not-saved = I can't write anything down at the moment, so nothing has happened yet. Please try again in a minute.
