# Operators.

admin-added = { $name } is an admin now.
admin-removed = { $name } is no longer an admin.
admin-how = Add their numeric id, such as { $command } 123456789, or reply to a message forwarded from them.
