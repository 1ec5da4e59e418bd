# 运营方。

admin-added = { $name } 现在是管理员了。
admin-removed = { $name } 不再是管理员。
admin-how = 请带上对方的数字 ID，比如 { $command } 123456789，或者回复一条转发自对方的消息。
