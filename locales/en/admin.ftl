# Operators: roles and the audit log.

admin-how = Add their numeric id, such as { $command } 123456789, or reply to a message forwarded from them.

role-name = { $role ->
    [owner] owner
    [admin] admin
    [reviewer] reviewer
    [finance] finance
    [organisation] organisation member
   *[creator] creator
 }
role-added = { $name } now has the role “{ role-name }”.
role-removed = { $name } no longer has the role “{ role-name }”.
role-how = Write the role and their numeric id, such as { $command } finance 123456789, or reply to a message forwarded from them with the role alone. The roles:
role-known = <code>{ $code }</code> · { role-name }
roles-title = <b>Who has which role</b>
roles-line = { $name } · <code>{ $number }</code> · { $roles }
roles-unmet = (has not written to me yet)
roles-more = And { $count } more: python main.py role list
error-role-not-grantable = Owners are named in the settings, and a creator is whoever runs a chat; neither can be given or taken. The roles that can: { $roles }.

audit-title = <b>The last acts of admins</b>, newest first
audit-none = No admin has done anything yet. Roles given and projects imported will show up here.
audit-act = { $at } · { $who }: <b>{ $what }</b>: { $subject }
audit-what = { $act ->
    [role-granted] gave a role
    [role-revoked] took a role away
    [project-added] added a project
    [project-changed] changed a project
    [organisation-added] added an organisation
    [chat-changed] changed a chat that somebody else runs
    [chat-handed-over] took a chat over
    [person-forgotten] forgot somebody who had left
    [broadcast-drafted] wrote a broadcast
    [broadcast-edited] changed the words of a broadcast
    [broadcast-rewritten] wrote other words for a broadcast under way
    [broadcast-kept] kept a broadcast’s old words
    [broadcast-sent-alone] started a broadcast to many people alone, at the command line
    [broadcast-asked] asked another admin to confirm a broadcast
    [broadcast-started] started a broadcast
    [broadcast-paused] paused a broadcast
    [broadcast-stopped] stopped a broadcast that Telegram refuses
    [broadcast-resumed] let a broadcast go on
    [broadcast-cancelled] cancelled a broadcast
    [refund-granted] gave a gift back
    [refund-declined] declined to give a gift back
    [account-opened] opened an account for an organisation
    [ledger-converted] booked that Stars became money
    [ledger-reversed] took an entry back
    [giving-day-drafted] drafted a giving day
    [giving-day-changed] changed a giving day
    [giving-day-scheduled] scheduled a giving day
    [giving-day-asked] asked another admin to confirm a giving day
    [giving-day-matched] changed which funds match a giving day
    [giving-day-confirmed] confirmed a giving day’s invitation
    [giving-day-went-live] let a giving day begin at once
    [giving-day-began] a giving day began
    [giving-day-ended] a giving day ended
    [giving-day-closed] a giving day closed
    [giving-day-extended] extended a giving day
    [giving-day-stopped] stopped a giving day early
    [giving-day-cancelled] cancelled a giving day
    [giving-day-repeated] let a giving day repeat
    [giving-day-series-set] set when giving days repeat
    [giving-day-series-ended] ended the repeating of giving days
    [member-added] added a member to an organisation
    [member-removed] removed a member from an organisation
    [why-shown] let a donor's sentence be shown
    [why-refused] did not let a donor's sentence be shown
    [why-taken-down] took a donor's sentence off a project's page
    [news-published] published a project's news
   *[organisation-changed] changed an organisation
 }
audit-change = { $field }: { $before } → { $after }
audit-more-changes = { $count ->
    [one] and one change more
   *[other] and { $count } changes more
 }
audit-field = { $field ->
    [role] role
    [verified] verified
    [website] website
    [names] name
    [organisation] organisation
    [state] state
    [target] target
    [designated_url] page on the designated platform
    [filing_number] filing number
    [title] title
    [summary] summary
    [story] story
    [use] what the money does
    [project] project
    [creator] creator
    [presets] buttons
    [day_card] giving day card
    [rail] way to pay
    [account] account
   *[reason] reason
 }
audit-field-in = { $field } ({ $tongue })
audit-value = { $value ->
    [yes] yes
    [open] open
    [closed] closed
    [on] on
    [off] off
    [paused] paused
   *[no] no
 }
audit-command-line = command line
audit-by-itself = by itself
audit-somebody-who-left = somebody who has left

command-role-add = Give someone a role
command-role-remove = Take a role away
command-roles = Who has which role
command-audit = What admins did last
