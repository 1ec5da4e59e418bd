# 公益爱心位：开启、改名、分享，和粉丝看到的卡片与网页。

command-slot = 我的公益爱心位

slot-none =
    <b>公益爱心位</b>
    一个属于你的公开页面：选一个项目，把链接放在任何地方。粉丝在那里捐的，100% 计入项目，也记在你名下。
slot-mine-none =
    <b>{ $name } 的公益爱心位</b>
    捐给 <b>{ $project }</b>。还没有人捐，把链接分享出去吧。
slot-mine =
    <b>{ $name } 的公益爱心位</b>
    捐给 <b>{ $project }</b>
    粉丝在这里和你的频道、群里一共：{ $donors } 人，<b>{ $given }</b>
slot-project-closed = 这个项目已停止接收新的捐款，请换一个项目。
slot-share =
    分享这段话（点一下就能复制）：
    <code>{ $words }</code>
slot-share-words = 我开了公益爱心位，捐给「{ $project }」。多少都是心意，100% 到项目，每一笔都查得到：{ $link }
slot-opened = <b>开好了 ❤</b>
slot-closed =
    <b>{ $name } 的公益爱心位</b>
    已关闭，别人看不到。再开的话，地址不变。
digest-slot =
    你的公益爱心位收到了捐款 ❤
    { $donors } 位粉丝，共 <b>{ $given }</b>，100% 计入 { $project }。
slot-closed-now = 已关闭，页面看不到了。收到的捐款都会用在项目上；再开的话，地址不变。
slot-choose = 公益爱心位为哪个项目？
slot-confirm = 大家会看到的名字：<b>{ $name }</b>。想用别的名字，直接发给我。
slot-name-ask = 大家会看到什么名字？直接发给我，最多 32 个字。
slot-name-forgotten = 你刚才发的名字我没留住。请看看现在这个，或者再发一次。
slot-card-none =
    <b>{ $name } 的公益爱心位</b>
    等你来捐第一笔 ❤
slot-card =
    <b>{ $name } 的公益爱心位</b>
    已有 { $donors } 人，<b>{ $given }</b>

button-slot-open = 选个项目，开一个
button-slot-open-again = 重新打开
button-slot-page = 看页面
button-slot-name = 改名字
button-slot-close = 关闭
button-slot-confirm = 就这样，打开

error-slot-unknown = 这个公益爱心位不在了，可能已经关闭。发 /give 可以直接挑一个项目。
error-name-needed = 这个名字看不见。请发一个能读出来的名字，最多 32 个字。

web-slot-title = { $name } 的公益爱心位
web-slot-description = 和 { $name } 一起捐给「{ $project }」，100% 到项目。
web-slot-for = 捐给
web-slot-given = { $name } 的粉丝已捐 { $amount }
web-slot-where = 在这里，也在 { $name } 的频道和群里
web-slot-share = 分享
web-slot-share-how = 选中下面的文字，复制到任何地方：
web-slot-unknown-title = 没有找到这个公益爱心位
web-slot-unknown-text = 它可能已经关闭，或者链接少了几个字。

button-slot-picture = 分享图片（带二维码）
button-slot-anywhere = 发到任何聊天
button-slot-after-gift = 我也开一个公益爱心位
slot-direct = 直接打开捐款：{ $link }
inline-slot = 我的公益爱心位 · { $name }
inline-slot-none = 开一个我的公益爱心位
inline-day = <b>{ $title }</b> · 到 { $ends }
button-inline-give = 一起捐一点
slot-picture-caption = 长按保存，发到任何地方。扫一扫就能捐。
