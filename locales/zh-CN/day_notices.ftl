# 公益日的管理员会收到的消息。

day-asked = <b>{ $who }</b> 想请你确认公益日「{ $title }」：{ $starts } 开始，{ $ends } 结束，将通知 { $people } 人。
day-drafted = 下一个公益日「{ $title }」的草稿已经备好：{ $starts } 到 { $ends }。看一看，改好了就可以排期。
day-less = 公益日「{ $title }」进行中，{ $closed } 已停止接收新的捐款。{ $left ->
    [0] 现在没有可以捐的项目了，请看看要不要提前结束。
   *[other] 其余 { $left } 个项目照常进行。
}
day-where = 发 /giving_day 查看和处理。
day-invite-waits = 「{ $title }」开始了，但<b>邀请还没发</b>：现在要邀请 { $people } 人，超过了一位管理员能决定的。{ $named ->
    [0] 请一位管理员确认。
   *[other] 请 { $who } 以外的一位管理员确认。
}到 { $ends } 还没人确认，就不发了。
alert-day-renamed = 公益日「{ $title }」排好期以后，<b>有项目改了名字</b>，邀请会用新名字发出。要再看一遍，发 /giving_day。
alert-line-day-renamed = • { $before } → { $after }
day-invite-alone = 「{ $title }」开始了，但<b>邀请还没发</b>：现在要邀请 { $people } 人，超过了一位管理员能决定的，而除了你没有别的管理员。用 /role_add 加一位，请 TA 来确认；或者在服务器的命令行上，输入人数，自己把它发出去：
    <code>python main.py broadcast send { $cast }</code>
    到 { $ends } 还没定，就不发了。
