# 公益日进行中：网页、聊天里的卡片、里程碑 / a giving day as it goes
web-day-description = 今天，{ $least } 也好：一起做一件好事。
web-day-unknown-title = 没有找到这个公益日
web-day-unknown-text = 它可能还没有公布，或者链接少了几个字。
web-day-scheduled = { $days ->
    [0] { $hours ->
        [0] 还有 { $minutes } 分钟开始
       *[other] 还有 { $hours } 小时{ $minutes ->
            [0] {""}
           *[other] {" "}{ $minutes } 分
        }开始
    }
   *[other] { $hours ->
        [0] 还有 { $days } 天开始
       *[other] 还有 { $days } 天 { $hours } 小时开始
    }
}
web-day-live = { $days ->
    [0] { $hours ->
        [0] 进行中 · 还剩 { $minutes } 分钟
       *[other] 进行中 · 还剩 { $hours } 小时{ $minutes ->
            [0] {""}
           *[other] {" "}{ $minutes } 分
        }
    }
   *[other] 进行中 · 还剩 { $days } 天{ $hours ->
        [0] {""}
       *[other] {" "}{ $hours } 小时
    }
}
web-day-closing = 已经结束，稍后到账的心意还会计入
web-day-reported = 圆满结束，谢谢每一位
web-day-raised = 一起筹到
web-day-of-pool = 配捐资金已用 { $percent }%，共 { $whole }
web-day-of-need = 已完成 { $percent }%，这些项目开始时还差 { $whole }
web-day-matched = 配捐
web-day-pool-left = 配捐还剩
web-day-pools = 这一天的配捐资金
web-day-creators = 他们的号召
day-creator-sum = { $donors } 人 · { $given }
web-day-projects = 你的心意去哪里
web-day-given = 今天 { $amount }
web-day-so-far = 累计 { $amount }，目标 { $target }
web-day-reached = 目标达成，谢谢大家！
web-day-reached-some = { $reached } 个项目已经达成目标。下面这些还需要你。
web-day-give = 捐 { $least }
web-day-reload = 刷新页面，就能看到最新的数字。

# 聊天里的卡片
day-card-title = <b>{ $title }</b> { $hashtag }
day-card-of-pool = { $percent }% · 配捐资金已用
day-card-of-need = { $percent }% · 还差的一共 { $whole }
day-card-raised = 一起筹到 <b>{ $raised }</b> · { $donors } 人
day-card-pool = 配捐 { $matched }，还剩 { $left }
day-card-here-group = 本群的心意：{ $given }
day-card-here-channel = 本频道的心意：{ $given }
day-card-creators = 他们的号召：{ $creators }
day-card-reached = 「{ $project }」目标达成，谢谢大家！
day-card-needing = 还需要你：{ $projects }
day-card-left = { $days ->
    [0] { $hours ->
        [0] 还剩不到 { $minutes } 分钟
       *[other] 还剩不到 { $hours } 小时
    }
   *[other] 还剩 { $days } 天{ $hours ->
        [0] {""}
       *[other] {" "}{ $hours } 小时
    }
}
day-card-closing = 已经结束，谢谢每一位。稍后到账的心意还会计入。
day-card-over = 圆满结束，谢谢每一位。
day-card-lost = 公益日的卡片在「{ $chat }」里更新不了了：我在那里不能发消息或改消息了。给我恢复权限，下一次公益日就会照常。
button-day-give-to = 捐给 { $project }
button-day-page = 看实时进展
button-day-card-on = 公益日卡片：开
button-day-card-off = 公益日卡片：关

# 里程碑
day-tenth = { $basis ->
    [pool] 「{ $title }」的配捐资金已用 10%：{ $donors } 人一起捐了 { $raised }。
   *[need] 「{ $title }」走完了第一个 10%：{ $donors } 人一起捐了 { $raised }。
}
day-half = { $basis ->
    [pool] 「{ $title }」的配捐资金用了一半：{ $donors } 人一起捐了 { $raised }。
   *[need] 「{ $title }」过半了：{ $donors } 人一起捐了 { $raised }。
}
day-full = { $basis ->
    [pool] 「{ $title }」的配捐资金全部用上了：{ $donors } 人一起捐了 { $raised }。谢谢你！
   *[need] 「{ $title }」做到了：{ $donors } 人一起捐了 { $raised }。谢谢你！
}
day-last-hour = 「{ $title }」进入最后一小时：{ $donors } 人已经捐了 { $raised }。
day-target = 「{ $project }」达成了目标！在「{ $title }」，{ $donors } 人一起捐了 { $raised }。
tip-target-reached = 「{ $project }」已经达成目标，谢谢你！还需要帮助的：{ $projects }
post-counter-day = { $counter } · 今天 { $day }
web-day-fund-left = 还剩 { $amount }
web-day-fund-none = 没有剩下的了
