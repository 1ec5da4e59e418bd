# 群发：管理员从第一个字写到看结果。

command-broadcast = 给想收到消息的人写一条
button-cast-new = 写一条新的
button-cast-write = 选好了，写内容
button-cast-skip = 这种语言不写
button-cast-no-buttons = 不要按钮
button-cast-start = 现在就发
button-cast-start-paid = 加速发，{ $stars } 颗星
button-cast-ask = 请另一位管理员确认
button-cast-ask-paid = 请人确认，加速发（{ $stars } 颗星）
button-cast-confirm = 我确认，现在就发
button-cast-confirm-paid = 我确认，加速发（{ $stars } 颗星）
button-cast-look = 先看看
button-cast-test = 只发给我试试
button-cast-edit-zh = 改中文
button-cast-edit-en = 改 English
button-cast-drop = 不要了
button-cast-pause = 暂停
button-cast-resume = 继续发
button-cast-cancel = 剩下的不发了
button-cast-cancel-really = 确定，不再发给别人

cast-state = { $state ->
    [draft] 草稿
    [running] 正在发
    [paused] 已暂停
    [cancelled] 已取消
   *[done] 发完了
 }
cast-list = <b>群发</b>，新的在前
cast-none = <b>群发</b>
    还没有发过。只有愿意收这类消息的人才收得到，多少由他们定，夜里不发。
cast-kind = 这条是哪一类？只发给愿意收这一类的人。
cast-segment =
    <b>{ $kind }</b> · 发给：{ $segment }
    现在有 { $people } 人。勾上的条件都要满足。
cast-everybody = 愿意收的所有人
cast-part = { $part ->
    [month] 上个月捐过
    [lapsed] 60 天没捐了
    [creators] 博主
    [project] 捐过某个项目
    [country] 所在国家
    [zh] 看中文
   *[en] 看 English
 }
cast-of-project = 捐过「{ $project }」
cast-of-country = 在{ $country }
cast-which-project = 捐过哪个项目的人？
cast-which-country = 在哪里？按各人选的时间算，没选过的按你们这里算。
cast-words = 把 <b>{ $tongue }</b> 的内容发给我。加粗、链接都照你写的来，也可以配一张图。
cast-edit = 把新的 <b>{ $tongue }</b> 内容发给我。还没收到的人会看到新的。
cast-buttons =
    下面要按钮吗？一行一个：
    <code>去看看 | https://example.org</code>
    两种语言分开写：
    <code>去看看 | Look | https://example.org</code>

cast-head = <b>{ $kind }</b> · 发给：{ $segment } · { cast-state }
cast-reach = 最多会发给 { $people } 人，按免费的速度大约 { $takes } 分钟。正在睡的早上再收到，这周收够了的不发。
cast-price = 付费加速：最多 { $stars } 颗星，大约 { $takes } 分钟。
cast-second = 人比较多，要另一位管理员也确认一下才能发。
cast-waits = { $name } 在等另一位管理员确认。
cast-waits-paid = { $name } 在等另一位管理员确认：付费加速发，最多 <b>{ $stars } 颗星</b>。
cast-asked = <b>{ $name }</b> 想给很多人群发一条消息（{ $kind }），需要你点头。先看看再说。
cast-asked-others = 已经去问另外 { $count } 位管理员，有一位确认就发。
cast-started = 开始发了。
cast-cancel = 已经收到的收不回来；剩下的人不会再收到。

cast-progress =
    { $bar } 共 { $audience } 人
    已发 { $sent } · 剩 { $left } · 屏蔽了我 { $blocked } · 不确定 { $unknown } · 被拒 { $failed } · 没发 { $skipped }
cast-pace = 每分钟 { $per_minute } 条，大约还要 { $takes } 分钟
cast-morning = 剩下的在等各自的早上，最早 { $at }。
cast-stopped = Telegram 不收这条消息：「{ $said }」。改一改内容，再点继续。
alert-broadcast-stopped = <b>有一条群发停住了</b>：Telegram 不收：「{ $said }」。发 /broadcast 改一改内容，再点继续；在那之前不会再发给别人。
cast-took = 用了 { $takes } 分钟。
cast-skip = { $reason ->
    [unsubscribed] 不想收了：{ $count }
    [cap] 这周收够了：{ $count }
    [left] 离开了：{ $count }
    [unreachable] 之前屏蔽了我：{ $count }
   *[gone] 不在范围里了：{ $count }
 }
cast-skips = 没发给：{ $skips }
cast-gifts = 之后一天里的捐赠：{ $gifts } 笔，{ $donors } 人。
cast-stars = 付费加速：最多 { $stars } 颗星。
button-cast-edit-look = 看看新的内容
button-cast-edit-use = 就用新的
button-cast-edit-use-on = 就用新的，接着发
button-cast-edit-confirm = 我确认，用新的
button-cast-edit-keep = 还用原来的
button-cast-edit-keep-on = 还用原来的，接着发
cast-as-read = 看 { $tongue } 的人会收到：
cast-edit-look = 上面就是新的内容，会发给还没收到的 { $left } 人；已经收到的不会变。
cast-edit-stands = 定下来之前先停着：停了可以再发，发出去就收不回来了。
cast-edit-second = 剩下的人还很多，要另一位管理员看过新的内容、也确认一下才能换。
cast-edit-waits = { $name } 在等另一位管理员确认新的内容。
cast-edit-asked = <b>{ $name }</b> 想改一条正在群发的消息（{ $kind }），剩下的人还很多。现在先停着，等你或别的管理员看过再说。
cast-edit-asked-others = 已经去问另外 { $count } 位管理员，有一位确认就换；在那之前先停着。
cast-edit-used = 换好了，剩下的人会收到新的。
cast-edit-kept = 没有改。
cast-rewritten = 有新的内容等着定，定下来之前先停着。
alert-broadcast-alone = <b>有人独自在服务器的命令行上发了一条群发</b>，发给 { $people } 人（账号 { $account }），没有第二位管理员确认。要是没说好，发 /broadcast 让它停下来。
cast-stopped-photo = 配的图读不到了。把内容连同新图再发我一次，再点继续。
alert-broadcast-stopped-photo = <b>有一条群发停住了</b>：配的图读不到了。发 /broadcast，把内容连同新图再发一次，再点继续；在那之前不会再发给别人。
