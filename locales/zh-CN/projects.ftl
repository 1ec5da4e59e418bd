# 公益项目：浏览、搜索、卡片。

project-list = <b>挑一个公益项目</b>
project-found = 和「{ $query }」有关的项目：{ $total } 个
project-found-none = 没有找到和「{ $query }」有关的项目。换个词试试，或者看看全部项目。
project-none = 现在没有开放的项目。过几天再来看看吧。
project-item =
    <b>{ $project }</b> · { $organisation }
    { $summary }
    已筹 { $given } / { $target } · { $progress }
project-card =
    <b>{ $project }</b>
    { $organisation }

    { $summary }

    已筹 <b>{ $given }</b> / { $target } · { $progress } · { $donors ->
        [0] 等你来捐第一笔
       *[other] { $donors } 人
    }
project-use = <i>你的钱会做什么：</i>{ $use }
project-from-post = { $chat } 的公益赞赏，100% 捐给：
project-search = 想帮助什么？发一个词给我，比如「孩子」或「水」。
project-search-text = 发文字给我就好，比如「孩子」或「水」。
