# 图片上的字：分享图。一行就是一行，短。

picture-brand = 益赞
picture-share-invites = 邀你一起捐给
picture-share-together = 我们一起捐给
picture-share-given = 大家一起捐出
picture-share-donors =
    { $donors } 人 · { $gifts } 笔
picture-share-first = 等你来捐第一笔
picture-share-scan = 扫一扫，多少都是心意
picture-share-promise = 100% 到项目，每一笔都查得到
picture-day-given = 我们一起捐出
picture-day-matched = 配捐 { $amount }
picture-day-thanks = 谢谢每一个人

# 月捐证书、年度盘点、捐赠明细
certificate-title = 月捐证书
certificate-level =
    { $months ->
        [1] 第一个月，谢谢你的开始
        [3] 已经三个月
        [6] 已经半年
        [12] 已经一年
        [24] 已经两年
        [36] 已经三年
        [48] 已经四年
        [60] 已经五年
       *[other] 已经 { $years } 年
    }
certificate-nobody = 爱心人士
certificate-gives = 每月捐给
certificate-others = { $organisation }，和另外 { $others } 个项目
certificate-months = 累计月数
certificate-in-a-row = { $months ->
    [1] 个月
   *[other] 连续月数
 }
certificate-total = 累计捐出
certificate-thanks = 谢谢你每个月都记得他们
certificate-number = 编号 { $number }
certificate-made = { $day }
certificate-check = 扫码核对账本里的每一笔
certificate-seal-first = 益赞
certificate-seal-second = 月捐
recap-title = { $year } 年度盘点
recap-gave = { $of ->
    [donor] 这一年，你捐出
    [creator] 这一年，大家因你捐出
    [project] 这一年，大家为它捐出
   *[service] 这一年，我们一起捐出
 }
recap-gifts = { $gifts ->
   *[other] 笔捐款
 }
recap-donors = { $donors ->
   *[other] 位捐赠人
 }
recap-months = { $months ->
   *[other] 个月有捐款
 }
recap-projects = { $projects ->
   *[other] 个项目
 }
recap-month = { $month }月
recap-days = { $of ->
    [donor] 参加了 { $days } 个公益日，捐出 { $given }
   *[service] { $days } 个公益日，一共捐出 { $given }
 }
recap-matched = 资助方为这些捐款配捐 { $matched }
recap-did = 「{ $project }」做了什么
recap-does = 给「{ $project }」捐一笔可以做的
recap-scan = 扫一扫，看完整的一年
recap-scan-us = 扫一扫，多少都是心意
statement-title = 捐赠明细
statement-name = 捐赠人：{ $name }
statement-no-tax = 这是付款记录，不是税前扣除用的票据。公益捐赠票据由收款的机构开具。
statement-day = 日期
statement-code = 收据号
statement-project = 项目
statement-amount = 金额
statement-sum = 合计
statement-whole = 一共
statement-left-out = 另有 { $gifts } 笔没有逐笔列出，都在表格（CSV）里；合计已经算上。
statement-sums-left-out = 另有 { $count } 家机构，都在表格（CSV）里；合计已经算上。
statement-page = 第 { $number } 页，共 { $pages } 页
statement-made = 出具于 { $at }
statement-check = 每张收据都能核对：{ $link }
statement-back = 退回 { $amount }
statement-back-whole = 全部退回
statement-monthly = 月捐 { $month }
