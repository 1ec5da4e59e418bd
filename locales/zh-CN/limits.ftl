# 太快了、付款通道被人拿来试卡时说的话：没有 HTML，也用在 200 字以内的弹窗里；先说怎么回事，再说什么时候可以。

error-too-fast = 点得太快啦，我有点跟不上。这一下没有扣款，请过 { $seconds } 秒再试。
error-too-many-here = 这里现在人太多，我有点忙不过来。这一下没有扣款，请过 { $seconds } 秒再试。
error-paying-too-often = 你最近有几次付款没有成功。为了大家的安全，请过 { $minutes } 分钟再试；没有扣款。
error-minimum-raised = 有人在滥用付款通道，现在每笔最少 { $least }，大约 { $minutes } 分钟后恢复。没有扣款，你可以过一会儿再来。
error-paying-paused = 有人在滥用付款通道，付款先停一停，大约 { $minutes } 分钟后恢复。没有扣款，请过一会儿再来。

web-error-429-title = 慢一点，我们跟不上了
web-error-429-text = 这个网络地址在短时间里打开的页面太多。请过 { $seconds } 秒再试。
