# 隐私：谁看到什么、想收到什么、导出、离开。

command-privacy = 谁能看到我的什么，我想收到什么
button-privacy-page = 隐私说明
button-named-in-groups = 我的发言被赞赏时，群里写我的名字
button-kind-giving-days = 公益日
button-kind-project-news = 项目进展
button-kind-monthly = 月捐
button-kind-thanks = 感谢信
button-export = 导出我的数据
button-leave-service = 离开益赞
button-leave-really = 确定，忘掉我

privacy =
    <b>你说了算</b>
    点一下就生效，随时能改。

    <b>以后的捐赠，别人看到什么</b>
    下面三选一，按钮上写的就是名单上的样子。已经捐出的保持原样。
privacy-told =
    <b>想收到什么</b>
    收据和事关你的钱的消息一定会有。除此之外，不勾就不发：
    · 公益日：每月一次的一元公益日开始时
    · 项目进展：你捐过的项目有了新消息
    · 月捐：每月的小结，钱花到了哪里
    · 感谢信：博主和项目写给你的感谢
privacy-data =
    <b>你的数据</b>
    我记着的都可以导出来看，也可以让我忘掉。
privacy-visibility-kept = 记住了，下一笔开始这样写。
privacy-named-on = 好，群里会写你的名字。
privacy-named-off = 好，群里不写你的名字。
privacy-told-on = 好，有消息就告诉你。
privacy-told-off = 好，不再发这类消息。

export-coming = 正在整理，马上发给你。
export-sent = 已发给你。
export-complete =
    这是我记着的、关于你的一切，没有别人的。
    文件里有付款记录，转发之前想一想。
export-cut-short =
    这是我记着的、关于你的记录。内容太多，文件没装下全部；缺了哪些写在文件开头，需要的话联系运营方。

leave-ask = <b>真的要走吗？</b>
leave-goes =
    <b>会忘掉的</b>
    · 你的名字、用户名、Telegram 号码、语言和所有设置
    · 你的身份、管理过的频道和群、没写完的对话、还没发出的消息
    · 付款渠道发给我的、和你有关的原始记录
    · 还没付款的赞赏会取消；你开启的频道和群会暂停，等别的管理员接手
leave-stays =
    <b>会留下的</b>
    · 捐出的每一笔的金额、项目和收据号，写作「爱心人士」：账要对得上，谁都能查
    · 付款渠道自己的记录，还有备份：备份到期才会消失
    · 我们聊过的内容在你的 Telegram 里，想删可以自己删掉这个对话
leave-before = 忘了就找不回来：「我的公益」会空，多付的钱也不能自己拿回。要留底的话，先导出。以后再给我发消息，你就是新朋友。
leave-begun = 正在忘掉你…
leave-done =
    <b>已经忘掉你了。</b>
    谢谢你来过 ❤ 你捐的每一笔都还在为项目做事，凭收据号随时能查。

    想回来的话，发 /start 就好。

dialog-not-words = 我在等你打字回答上面的问题，别的我看不懂。请直接发文字，或者点「算了」。
dialog-forwarded = 转发来的消息我不当作你说的话，上面的按钮也用不了。请直接打字，或者用下面的按钮。
dialog-edited = 改过的消息我不会重读。请再发一条新的，或者用下面的按钮。
unknown-link = 这个链接已经失效了。
