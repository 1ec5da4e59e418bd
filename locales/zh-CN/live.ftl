# 公益日进行中：网页、聊天里的卡片、里程碑 / a giving day as it goes
web-day-description = 今天，一元也好：一起做一件好事。
web-day-unknown-title = 没有找到这个公益日
web-day-unknown-text = 它可能还没有公布，或者链接少了几个字。
web-day-scheduled = { $days ->
    [0] { $hours ->
        [0] 还有 { $minutes } 分钟开始
       *[other] 还有 { $hours } 小时 { $minutes } 分开始
    }
   *[other] 还有 { $days } 天 { $hours } 小时开始
}
web-day-live = { $days ->
    [0] { $hours ->
        [0] 进行中 · 还剩 { $minutes } 分钟
       *[other] 进行中 · 还剩 { $hours } 小时 { $minutes } 分
    }
   *[other] 进行中 · 还剩 { $days } 天 { $hours } 小时
}
web-day-closing = 已经结束，稍后到账的心意还会计入
web-day-reported = 圆满结束，谢谢每一位
web-day-raised = 一起筹到
web-day-of-pool = 配捐资金已用 { $percent }%，共 { $whole }
web-day-of-need = 已完成 { $percent }%，这些项目开始时还差 { $whole }
web-day-matched = 配捐
web-day-pool-left = 配捐还剩
web-day-creators = 他们的号召
web-day-projects = 你的心意去哪里
web-day-given = 今天 { $amount }
web-day-so-far = 累计 { $amount }，目标 { $target }
web-day-reached = 目标达成，谢谢大家！
web-day-reached-some = { $reached } 个项目已经达成目标。下面这些还需要你。
web-day-give = 捐 { $least }
web-day-reload = 刷新页面，就能看到最新的数字。
