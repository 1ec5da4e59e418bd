# 处处用到的词、按钮、命令，以及没有别的话可说时的话。不含 HTML 的才能用在按钮和提示里。

language-name = 简体中文
bot-name = 益赞
bot-about = 把打赏变成善款：每一分都计入公益项目，每一笔都查得到。
bot-description =
    益赞把打赏变成善款。

    在频道帖子下点 ¥1，100% 捐给博主选的公益项目。每一笔都有收据，谁都可以查账。

    博主：把我加进你的频道，两分钟就能开启。

test-money = 测试 · 不是真钱
test-money-short = （测试 · 不是真钱）
one-moment = 稍等，我先处理你前面点的。
one-at-a-time = 你发得有点快，我先处理前面几条。还没回应的，请过一会儿再发一次。
someone = 爱心人士
page-of = { $number } / { $pages }

## 按钮

button-other = 其他
button-give = 捐给项目
button-my-gifts = 我的公益
button-creators = 我是博主
button-search = 搜索
button-all-projects = 全部项目
button-back = 返回
button-previous = ‹ 上一页
button-next = 下一页 ›
button-leave = 算了
button-project-page = 项目主页
button-add-bot = 把我加进频道
button-designated-page = 去指定平台捐款

## 命令

command-start = 从头开始
command-give = 挑一个项目，捐一点
command-gifts = 我捐过的每一笔
command-charity = 博主：开启频道或群的公益赞赏
command-language = 换语言 · Language
command-help = 我能帮你做什么

## 问候与帮助

welcome =
    你好，我是益赞 ❤ 我把打赏变成善款。

    { welcome-promises }
welcome-promises =
    · 你给多少，就计入项目多少：100%，手续费由运营方承担。
    · 捐赠名单上怎么写由你选：可以隐藏名字，也可以隐藏金额。
    · 我只在你问我、或事关你的钱时才发消息，不发广告。
welcome-next = 接下来想做什么？
welcome-back = 又见面了 ❤ 接下来想做什么？
help =
    <b>想捐一点</b>
    在频道帖子下点一个金额，或者发 /give 挑一个项目。
    /monthly 每月捐一点，点一下就能停。
    /gifts 是你捐过的每一笔，都带收据；/recap 看一年，/statement 要明细。

    <b>我是博主</b>
    把我加进频道、设为管理员，或加进群，再发 /charity 开启。在群里回复一条消息发 /tip 就能赞赏；/slot 开一个你自己的公益爱心位，/circle 看谁跟着你月捐。粉丝的赞赏 100% 计入你选的项目，你不用经手钱。

    /language 换语言
unknown-text = 这句我没听懂，不过下面这些我都会：
unknown-command = 没有这个命令。你可以试试下面这些，或者发 /help。
unknown-kind = 收到，不过我只看得懂文字和按钮。你可以：
unknown-button = 这个按钮已经失效了。发 /start 可以重新开始。
dialog-left = 好的，先不弄了。
language-choose = 你想用哪种语言？
language-chosen = 好，以后我说简体中文。
