# 想收到什么：第一次捐赠之后问一次；少发一点，不再收；你那里几点。

wishes =
    <b>还想听我说点别的吗？</b>
    收据和事关你的钱的消息一定会有。别的，你勾了才发，夜里不发。这个问题只问一次。
wishes-kinds =
    · 公益日：每月一次的一元公益日开始时
    · 项目进展：你捐过的项目有了新消息
    · 月捐：每月的小结，钱花到了哪里
    · 感谢信：博主和项目写给你的感谢
button-wishes-none = 都不用，谢谢
button-wishes-done = 就这些
wishes-none = 好，只发收据和事关你的钱的消息。改主意了就发 /privacy。
wishes-some = 记住了：{ $kinds }。每条消息下面都能点「少发一点」或「不再收」，全部设置在 /privacy。

button-less-fewer = 少发一点
button-less-none = 不再收
button-less-undo = 撤销
less-all = { $kind }：恢复了，有就发给你。
less-fewer = { $kind }：以后一周最多一条。
less-none = { $kind }：以后不再发。想反悔，点消息下面的「撤销」，或者以后发 /privacy。
less-not-undone = { $kind }：你后来又改过，就按后来的来。想再改，发 /privacy。
less-was-none = { $kind }：本来就没在给你发，不用改。

button-fewer = 一周最多一条
privacy-fewer-on = 好，一周最多一条。
privacy-fewer-off = 好，有就发给你。

button-clock = 我的时间：{ $place }
button-clock-operator = 跟这里一样：{ $place }
button-clock-back = 回到我的选择
clock =
    <b>你那里几点？</b>
    现在按 { $place } 的时间（{ $offset }）。你那里 { $begin } 到 { $end } 之间，除了收据什么都不发，收据也不响。

    点下面的地方，或者把你的城市、国家发给我。
clock-no-quiet =
    <b>你那里几点？</b>
    现在按 { $place } 的时间（{ $offset }）。

    点下面的地方，或者把你的城市、国家发给我。
clock-which = 是哪一个？
clock-kept = 记住了：{ $place }（{ $offset }）。
error-clock-unknown = 没找到这个地方。试试同一时区里最大的城市，或者国家的名字。
