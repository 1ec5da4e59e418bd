# 月捐：答应每月捐多少，接下来会怎样，怎么改、怎么停。

command-monthly = 月捐：开始、修改、停止
button-monthly = 每月都捐
button-my-monthly = 我的月捐

## 开始

pledge-none =
    <b>月捐</b>
    每个月给你在意的项目捐一点。扣款前我会先告诉你；想跳过一个月、暂停或者停止，随时点一下就行。
pledge-begin =
    <b>{ $goal }</b>
    每个月捐多少？点一个，或者直接发数字给我。确认之前，会先给你看清楚所有内容。
pledge-called = { $name } 邀请你一起月捐。
pledge-goal-organisation = { $organisation }：哪里最需要就捐给哪里
pledge-goal-choices = { $count } 个项目里，每月最需要的那一个
pledge-which = <b>想每月捐给哪个项目？</b>
pledge-several =
    <b>捐给最需要的</b>
    选两个或更多项目，每个月捐给其中离目标最远的那一个。
pledge-several-many =
    { $count ->
        [1] 选了 1 个，再选一个就可以定金额了。
       *[other] 选了 { $count } 个。每个月捐多少？
    }
pledge-tick-again = 刚才选的我没记住，请再选一次。
pledge-ask-amount =
    <b>{ $goal }</b>
    { $every ->
        [3] 每三个月捐多少？
       *[other] 每个月捐多少？
    }发一个 { $least } 到 { $most } 之间的数字给我。
pledge-which-day = 每个月哪一天？

pledge-so-much = <b>每月 { $amount }</b>，捐给 <b>{ $goal }</b>
pledge-so-much-quarter = <b>每三个月 { $amount }</b>，捐给 <b>{ $goal }</b>
pledge-day = 每月 { $day } 日
pledge-day-or-last = 每月 { $day } 日；没有这一天的月份，在最后一天
pledge-day-last = 每月最后一天
pledge-how-saved = 从 { $method } 扣款，每次扣款前 7 天我会先告诉你。
pledge-how-link = 到那天我发付款链接（{ $rail }）给你，由你自己付，不会自动扣款。
pledge-how-tab = 先记在小账本上，凑够了一次付。
pledge-how-stars = 用 Telegram Stars 付：开始时 { $stars }，之后每 30 天一次，由 Telegram 自动扣，日子也由它算。每次前 7 天会先告诉你。
pledge-no-way = 这个金额没有办法每月付，换一个金额吧。
pledge-too-little = { $rail }一次最少付 { $least }。可以改成每三个月捐一次，也可以先记在小账本上。
pledge-first = 第一次：{ $date }。
pledge-first-today =
    { $way ->
        [tab] 第一次：今天，记在小账本上。
       *[other] 第一次：今天。你点“好”，付款链接马上就来。
    }
pledge-first-saved =
    第一次扣款：{ $date }，{ $days ->
        [0] 今天我会先告诉你。
       *[other] { $notice }我会提醒你。
    }
pledge-first-stars = 第一笔：今天。点下一个按钮就打开账单。
pledge-seen =
    { $how ->
        [anonymous] 别人看得到金额，看不到名字。
        [amount_hidden] 别人看得到名字，看不到金额。
       *[named] 别人看得到名字和金额。
    }
pledge-free = 跳过一个月、暂停、修改、停止，都是点一下，马上生效。

button-pledge-more = 再加一个月捐
button-pledge-several = 捐给最需要的
button-pledge-organisation = 由机构用在最需要的地方
button-pledge-yes = 好，每月 { $amount }
button-pledge-yes-quarter = 好，每三个月 { $amount }
button-pledge-quarter = 每三个月 { $amount }
button-pledge-day = 换日子
button-pledge-amount = 换金额
button-pledge-last-day = 最后一天
button-pledge-once = 今天先捐一笔 { $amount }
pledge-by-saved = 自动扣款 · { $method }
pledge-by-link = 发链接给我付 · { $rail }
pledge-by-tab = 记在小账本上
pledge-by-stars = Telegram Stars · 每 30 天 { $stars }

pledge-twice =
    { $every ->
        [3] 你已经每三个月给 <b>{ $goal }</b> 捐 <b>{ $amount }</b> 了
       *[other] 你已经每月给 <b>{ $goal }</b> 捐 <b>{ $amount }</b> 了
    }，不用再开一个，直接改就行。

## 我的月捐

pledge-list =
    { $count ->
        [1] <b>我的月捐</b> · 每月 { $sum }
       *[other] <b>我的月捐</b> · { $count } 个，每月共 { $sum }
    }
pledge-given = 已经捐了 { $count } 次 ❤
pledge-next-saved =
    下一次：{ $date }，从 { $method } 扣款，{ $days ->
        [0] 今天我会先告诉你。
       *[other] { $notice }我会提醒你。
    }
pledge-next-link = 下一次：{ $date }，到时候我发付款链接给你。
pledge-next-tab = 下一次：{ $date }，记在小账本上。
pledge-next-stars = 下一笔：{ $date }，由 Telegram 扣。{ $notice }提醒你。
pledge-next-now =
    { $way ->
        [tab] 这一次马上记到小账本上。
       *[other] 这一次的付款链接马上就来。
    }
pledge-then-saved = 再下一次：{ $date }，从 { $method } 扣款。
pledge-then-link = 再下一次：{ $date }。
pledge-then-tab = 再下一次：{ $date }。
pledge-then-stars = 再下一笔：{ $date }。
pledge-now-announced = { $month }：{ $date }从 { $method } 扣款 <b>{ $amount }</b>。
pledge-now-comes =
    { $way ->
        [tab] { $month }：<b>{ $amount }</b> 马上记到小账本上。
       *[other] { $month }：<b>{ $amount }</b> 的付款链接马上就来。
    }
pledge-now-ahead =
    { $way ->
        [tab] { $month }：{ $date }把 <b>{ $amount }</b> 记到小账本上。
       *[other] { $month }：{ $date }我发 <b>{ $amount }</b> 的付款链接给你。
    }
pledge-now-stars = { $month }：{ $date }由 Telegram 扣 <b>{ $amount }</b>（{ $stars }）。
pledge-now-asked = { $month }：<b>{ $amount }</b> 等你付。
pledge-now-on-tab = { $month }：<b>{ $amount }</b> 记在小账本上了。
pledge-now-on-tab-several = { $count } 个月一共 <b>{ $amount }</b>，记在小账本上了。
pledge-now-charging = { $month }：正在扣 <b>{ $amount }</b>，有结果就告诉你。
pledge-now-retry = { $month }：<b>{ $amount }</b> 没扣成功，{ $date }再试一次。
pledge-left-out = { $month }不捐。
pledge-paused =
    已暂停，等你说继续。这期间{ $way ->
        [saved] 不会扣款。
        [stars] 不会扣款。
       *[other] 不会找你付款。
    }
pledge-paused-until =
    已暂停，{ $date }继续，在那之前{ $way ->
        [saved] 不会扣款。
        [stars] 不会扣款。
       *[other] 不会找你付款。
    }
pledge-waiting =
    { $goal } 现在不收捐款。等你选好接下来捐给谁，在那之前{ $way ->
        [saved] 不会扣款。
        [stars] 不会扣款。
       *[other] 不会找你付款。
    }
pledge-over =
    这个月捐已经停止，{ $way ->
        [saved] 不会再扣款。
        [stars] 不会再扣款。
       *[other] 不会再找你付款。
    }
pledge-stars-renews = Telegram 每 30 天扣 { $stars }。
pledge-stars-begin = 在 Telegram 里付 { $stars } 就开始了，之后每 30 天扣同样的数。没付之前什么都不会扣。
pledge-stars-anew = 现在不会自动扣：Telegram 的订阅不能跳过一个月，也不能改数额，所以已经结束。想继续，随时重新开一份 { $stars } 的，或者到那天等我的消息。
pledge-stars-ended = Telegram 里的订阅已经结束，继续的时候重新开一份就行。

button-pledge-one = { $amount } · { $goal }
button-pledge-show = 看看
button-pledge-pay = 现在付 { $amount }
pledge-pay-stars = 现在付 <b>{ $stars }</b>，之后每 30 天一次，作为给<b>{ $goal }</b>的 <b>{ $amount }</b>。暂停、跳过、结束，在这里点一下就行，也可以在 Telegram 的设置 › 我的 Stars 里结束。
button-pledge-stars = 每 30 天付 { $stars }
button-pledge-skip = 跳过{ $month }
button-pledge-unskip = { $month }还是捐
button-pledge-pause = 暂停
button-pledge-resume = 继续
button-pledge-change = 修改
button-pledge-cancel = 停止月捐
button-pledge-again = 重新开始
button-pledge-where = 选接下来捐给谁

## 做了什么，接下来会怎样

pledge-made = <b>谢谢你 ❤</b> 月捐开始了。
pledge-skipped =
    <b>好，跳过了。</b>没关系，那个月{ $way ->
        [saved] 不会扣款。
        [stars] 不会扣款。
       *[other] 不会找你付款。
    }
pledge-unskipped = <b>好，照常捐。</b>谢谢！
pledge-paused-now = <b>好，先停一停。</b>到时候见。
pledge-resumed = <b>继续啦。</b>欢迎回来！
pledge-cancelled = <b>已停止。</b>谢谢你一直以来的每一笔。愿意的话，点一下告诉我们原因：
pledge-cancelled-before = <b>已停止。</b>谢谢你一直以来的每一笔。
pledge-why-kept = <b>知道了，谢谢你告诉我们。</b>
pledge-amount-changed = <b>金额改好了。</b>
pledge-day-changed = <b>日子改好了。</b>
pledge-way-changed = <b>好，以后就这样付。</b>
pledge-moved = <b>好，接下来捐到这里。</b>谢谢！
pledge-visibility-changed = 从下一笔开始生效。

button-pledge-why-money = 最近手头紧
button-pledge-why-another = 想捐给别的项目
button-pledge-why-unclear = 不清楚钱用在哪了
button-pledge-why-too-many = 消息太多
button-pledge-why-other = 其他原因

## 修改

pledge-change = <b>{ $goal }</b>，<b>{ $amount }</b>：想改什么？打勾的那行是别人看到的样子。
pledge-new-amount =
    { $every ->
        [3] 现在每三个月给 <b>{ $goal }</b> 捐 <b>{ $amount }</b>，以后每三个月捐多少？
       *[other] 现在给 <b>{ $goal }</b> 捐 <b>{ $amount }</b>，以后捐多少？
    }
pledge-every-month = 现在每三个月给 <b>{ $goal }</b> 捐 <b>{ $amount }</b>。改成每个月捐，一次捐多少？
pledge-new-way = 以后怎么付？
pledge-below =
    { $every ->
        [3] 每三个月 <b>{ $amount }</b> 这样付不了，可以这样：
       *[other] 每月 <b>{ $amount }</b> 这样付不了，可以这样：
    }
pledge-pause = 暂停多久？
pledge-where = 现在给 <b>{ $goal }</b> 捐 <b>{ $amount }</b>，以后捐给谁？
pledge-where-waiting = <b>{ $goal }</b> 现在不再接受捐款。你的 <b>{ $amount }</b> 接下来捐给谁？
pledge-pay = { $month }的 <b>{ $amount }</b>，捐给 <b>{ $goal }</b>：点下面付款，收据会自己来。
pledge-save = 卡存在支付机构自己的页面上，卡号我看不到。存好之后回来，发 /monthly 选它就行。

button-pledge-way = 怎么付
button-pledge-every-month = 改成每个月捐
button-pledge-project = 换项目
button-pledge-save = 存一张卡，自动扣款
button-pledge-save-page = 去存卡
button-pledge-months = { $count } 个月
pledge-over-on-its-way = 这个月捐已经停止。{ $month }的 <b>{ $amount }</b> 在那之前已经送去扣款；要是扣成了，会给你收据，之后不会再扣。
pledge-pay-instead = 接下来这一笔就在这个页面付，{ $month }不会再试着扣卡了。
button-pledge-names = 别人看到什么
pledge-which-names = 这些捐赠，别人看到什么？打勾的是现在的选择。

button-pledge-as-before = 还是照常，不停了
pledge-as-before = <b>好，照常。</b>刚才停掉的那一笔也照原来说好的来。
