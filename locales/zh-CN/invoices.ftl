# Telegram 里的账单，付款前显示：纯文字，连同最长 60 字的项目名，总共不超过 255 字。

invoice-stars = { $amount } 捐给「{ $project }」，约合 { $worth }（{ $stars } = { $per }，运营方定的汇率）。Stars 的价钱里有一部分归 Telegram。
invoice-stars-monthly = 每 30 天 { $amount } 捐给「{ $project }」，随时可以结束。约合 { $worth }（{ $stars } = { $per }，运营方定的汇率）。一部分归 Telegram。
invoice-money = { $amount } 捐给「{ $project }」。

# 不能付的原因：Telegram 会代替付款显示这句话。
error-invoice-not-yours = 这张账单是开给别人的，没有扣款。点帖子下的金额，或发 /give，就有你自己的。
error-invoice-outdated = 这张账单已经过期，没有扣款。请重新打开那一笔，或发 /give。
