# 运营方：身份和操作记录。

admin-how = 请带上对方的数字 ID，比如 { $command } 123456789，或者回复一条转发自对方的消息。

role-name = { $role ->
    [owner] 所有者
    [admin] 管理员
    [reviewer] 审核员
    [finance] 财务
    [organisation] 机构成员
   *[creator] 博主
 }
role-added = { $name } 现在是{ role-name }了。
role-removed = { $name } 不再是{ role-name }。
role-how = 请写上身份和对方的数字 ID，比如 { $command } finance 123456789；也可以回复一条转发自对方的消息，只写身份。可以给的身份：
role-known = <code>{ $code }</code> · { role-name }
roles-title = <b>谁有什么身份</b>
roles-line = { $name } · <code>{ $number }</code> · { $roles }
roles-unmet = （还没给我发过消息）
roles-more = 还有 { $count } 位：python main.py role list
error-role-not-grantable = 所有者写在设置里，博主是开启赞赏的人，这两种身份不能给也不能收。可以给的：{ $roles }。

audit-title = <b>最近的管理操作</b>，新的在前
audit-none = 还没有人做过管理操作。给身份、导入项目，都会记在这里。
audit-act = { $at } · { $who }：<b>{ $what }</b>：{ $subject }
audit-what = { $act ->
    [role-granted] 给了身份
    [role-revoked] 收回了身份
    [project-added] 新增了项目
    [project-changed] 修改了项目
    [organisation-added] 新增了机构
    [chat-changed] 改动了别人负责的频道或群
    [chat-handed-over] 接手了频道或群
    [person-forgotten] 再次忘掉了一位已经离开的人
    [broadcast-drafted] 写了一条群发
    [broadcast-edited] 改了一条群发的内容
    [broadcast-rewritten] 给正在群发的消息写了新的内容
    [broadcast-kept] 群发还用原来的内容
    [broadcast-sent-alone] 独自在命令行上给很多人群发
    [broadcast-asked] 请另一位管理员确认群发
    [broadcast-started] 开始了群发
    [broadcast-paused] 暂停了群发
    [broadcast-stopped] 停了一条 Telegram 不收的群发
    [broadcast-resumed] 继续了群发
    [broadcast-cancelled] 取消了群发
    [refund-granted] 退回了一笔捐款
    [refund-declined] 没有同意一笔退款
    [account-opened] 为机构开了收款账户
    [ledger-converted] 入账了星星兑换
    [ledger-reversed] 冲销了一条分录
    [giving-day-drafted] 起草了公益日
    [giving-day-changed] 修改了公益日
    [giving-day-scheduled] 给公益日排了期
    [giving-day-asked] 请另一位管理员确认公益日
    [giving-day-matched] 改了公益日的配捐资金
    [giving-day-confirmed] 确认了公益日的邀请
    [giving-day-went-live] 让公益日现在开始
    [giving-day-began] 公益日到点开始
    [giving-day-ended] 公益日到点结束
    [giving-day-closed] 公益日结清
    [giving-day-extended] 延长了公益日
    [giving-day-stopped] 提前结束了公益日
    [giving-day-cancelled] 取消了公益日
    [giving-day-repeated] 让公益日每月重复
    [giving-day-series-set] 改了公益日的重复规则
    [giving-day-series-ended] 不再重复公益日
    [member-added] 加了机构成员
    [member-removed] 去掉了机构成员
    [why-shown] 放上了捐赠人的话
    [why-refused] 没有放捐赠人的话
    [why-taken-down] 把一句捐赠人写的话从项目页上拿下来
    [news-published] 发布了项目进展
   *[organisation-changed] 修改了机构
 }
audit-change = { $field }：{ $before } → { $after }
audit-more-changes = 还有 { $count } 处改动
audit-field = { $field ->
    [role] 身份
    [verified] 已核验
    [website] 网站
    [names] 名称
    [organisation] 机构
    [state] 状态
    [target] 目标
    [designated_url] 指定平台上的页面
    [filing_number] 备案编号
    [title] 标题
    [summary] 简介
    [story] 故事
    [use] 钱用在哪
    [project] 项目
    [creator] 博主
    [presets] 按钮金额
    [day_card] 公益日卡片
    [rail] 支付方式
    [account] 账户
   *[reason] 原因
 }
audit-field-in = { $field }（{ $tongue }）
audit-value = { $value ->
    [yes] 是
    [open] 开放
    [closed] 已结束
    [on] 开启
    [off] 关闭
    [paused] 暂停
   *[no] 否
 }
audit-command-line = 命令行
audit-by-itself = 自动
audit-somebody-who-left = 一位已离开的人

command-role-add = 给某人一个身份
command-role-remove = 收回某人的身份
command-roles = 谁有什么身份
command-audit = 最近的管理操作
