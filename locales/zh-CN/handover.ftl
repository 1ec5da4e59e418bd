# 频道换人负责：交给谁、对方的回答、没有人负责时由谁接手。

handover-choose =
    把 <b>{ $chat }</b> 的公益赞赏交给谁？

    对方点头之前什么都不会变。已经收到的赞赏，仍然记在你名下。
handover-nobody = <b>{ $chat }</b> 的其他管理员里，还没有人认识我。请对方先给我发 /start，再回来选。
handover-asked = 已经去问 { $name } 了。对方答应之后，<b>{ $chat }</b> 就由对方负责，我会告诉你。
handover-taken = 好，<b>{ $chat }</b> 的公益赞赏从现在起由你负责 ❤
handover-taken-off = 好，<b>{ $chat }</b> 从现在起由你负责。公益赞赏还没有开着，需要的话在下面打开。
handover-declined = 好的，不接 <b>{ $chat }</b>，我会转告对方。

news-handover =
    { $name } 想请你接手 <b>{ $chat }</b> 的公益赞赏，捐给 <b>{ $project }</b>。

    接手之后，由你选项目、看数据。钱不经你的手，之前的赞赏仍记在原来的博主名下。
news-take-over =
    <b>{ $chat }</b> 的公益赞赏暂停了：原来负责的博主已不再管理这里。

    你是这里的管理员，愿意接手吗？之后仍然 100% 捐给 <b>{ $project }</b>，也可以换项目。
news-paused =
    你现在不是 <b>{ $chat }</b> 的管理员了，所以那里的公益赞赏先暂停。已收到的赞赏都会用在项目上。

    如果只是误会，请主人把你加回管理员，再点「恢复」。
news-handed = <b>{ $chat }</b> 的公益赞赏现在由 { $name } 负责。你之前收到的赞赏仍记在你名下，谢谢你 ❤
news-declined = 你请的管理员暂时不接 <b>{ $chat }</b>，一切照旧。想再问别人的话：

button-hand-over = 交给别人
button-take-over = 我来负责
button-not-me = 这次不接

error-not-creator = 只有开启 { $chat } 公益赞赏的博主才能这样做，什么都没有改。
error-handover-over = 这件事已经有了结果，或者对方现在不能接手。发 /charity 看看现在的情况。
