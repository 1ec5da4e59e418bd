# 公开网页 / the public pages (web/)
web-name = 益赞
web-language-name = 中文
web-skip = 跳到正文
web-test-money = 测试 · 不是真钱
web-footer-promise = 每一笔都记在账上，谁都能查。
web-contact = 联系我们：
web-to-home = 看看正在募捐的项目

# 数字
web-percent = { $percent }%
web-percent-little = 不到 1%
web-raised-sum = 已筹 { $amount }
web-of-target = 目标 { $amount }
web-donors = { $donors ->
    [0] 等你来开个头
   *[other] { $donors } 人捐赠
}

# 首页
web-home-title = 正在募捐的项目
web-home-lead = 一元也好。你给多少，就计入项目多少，每一笔都查得到。
web-home-empty = 眼下没有正在募捐的项目，过几天再来看看。
web-pages = 翻页
web-page-of = 第 { $page } 页，共 { $pages } 页
web-page-before = 上一页
web-page-after = 下一页

# 项目
web-giving = 筹款进展
web-reached = 进度
web-donors-label = 捐赠人
web-gifts-label = 笔数
web-give = 捐一份心意
web-give-how = 在 Telegram 里完成
web-give-how-least = 在 Telegram 里完成，{ $least } 起
web-give-not-yet = 机器人还在连接 Telegram，过一会儿刷新页面就能捐。
web-fees = 100% 归项目。支付手续费由运营方承担，不从捐款里扣。
web-project-closed = 这个项目已经停止募捐。
web-project-closed-text = 谢谢每一位帮过它的人。
web-project-not-verified = 这个项目暂时不能捐。
web-project-not-verified-text = 执行机构的资质还没有核验完。
web-others = 这些项目还需要你
web-story = 项目故事
web-use = 你的钱会做什么
web-latest = 最新捐赠
web-latest-none = 还没有人捐，等你来开个头。
web-latest-none-closed = 这里还没有捐赠记录。
web-someone = 爱心人士
web-behind = 谁在负责
web-organisation = 执行机构
web-is-verified = 资质已核验
web-verified = 资质核验于
web-filing = 备案编号
web-designated = 指定页面
web-designated-link = 这个项目的官方捐赠页

# 收据
web-receipt-title = 收据 { $code }
web-receipt-description = 一笔捐赠的付款记录，和它在账本里的分录。
web-receipt-heading = 捐赠收据
web-amount-hidden = 捐赠人选择不公开金额
web-giver = 捐赠人
web-paid-at = 付款时间
web-refunded-at = 退款时间
web-state-paid = 已入账
web-state-refunded = 已退款
web-not-tax = 这是付款记录，不是税前扣除用的票据。公益捐赠票据由收款的机构开具。
web-entry = 账本里的这一笔
web-entry-text = 复式记账，借贷相等。记下的分录不能改，有错只能另记一笔冲回。
web-entry-hidden = 捐赠人没有公开金额，所以这里不列明细：每一行都会说出金额。
web-entry-refunded = 这笔钱后来退给了捐赠人，退款在账本里另有一笔分录。
web-postings = 分录明细
web-account = 账户
web-debit = 借方
web-credit = 贷方
web-total = 合计
web-fee-paid = 支付手续费 { $amount } 由运营方承担，没有从捐款里扣。
web-entry-key = 分录键
web-entry-id = 分录 ID
web-account-credited = 计入项目
web-account-clearing = 支付渠道 { $rail }，在途
web-account-received = 机构已收到（{ $rail }）
web-account-fees = 手续费，运营方承担（{ $rail }）
web-account-other = 其他账户
web-look-up-title = 查一张收据
web-look-up = 查询
web-receipt-unknown-title = 没找到这张收据
web-code-label = 收据号
web-code-looks-like = 收据号是这个样子：
web-code-where = 捐赠成功后，机器人发给你的消息里就有。大小写、空格和横线都不要紧。

# 去支付之前的一步
web-pay-title = 你的捐赠
web-pay-go = 去支付
web-pay-how = 会打开支付应用，付完再带你回到聊天。
web-pay-paid = 这笔已经付过了，谢谢你！收据在聊天里。
web-pay-closed = 这个链接已经失效，没有扣款。回到聊天里重新打开就好。
web-pay-back = 回到聊天

# 出错
web-project-unknown-title = 没有找到这个项目
web-project-unknown-text = 链接可能少了几个字，或者项目换了地址。
web-error-400-title = 这个请求看不懂
web-error-400-text = 地址里可能有写错的地方，检查一下再试。
web-error-404-title = 这里没有页面
web-error-404-text = 链接可能少了几个字，或者页面已经搬走了。
web-error-405-title = 这个地址不能这样用
web-error-405-text = 直接用浏览器打开链接就好。
web-error-413-title = 内容太大了
web-error-413-text = 发来的内容超过了我们能收的大小。
web-error-500-title = 我们这边出了点问题
web-error-500-text = 打开网页不会动你的钱，捐过的也都还在账上。过一会儿再试试。
web-error-503-title = 现在有点忙
web-error-503-text = 打开网页不会动你的钱，捐过的也都还在账上。过一会儿再试试。
web-request-id = 要是一直这样，请把这个编号告诉我们：

web-returned = 已退
web-returned-of = { $whole } 中的 { $amount }
web-returned-hidden = 其中一部分
web-state-part = 已入账，部分已退款
web-entry-part = 这笔钱后来有一部分退给了捐赠人，退款在账本里另有一笔分录。
web-home-days = 公益日
