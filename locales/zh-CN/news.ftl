# 项目进展：机构说说做了什么；每个项目每月最多告诉月捐人一次。

command-news = 说说项目的进展
news-which = 说说哪个项目的进展？
news-more = 项目太多，没有全列出来。可以直接发 <code>/news 项目代号</code>，代号就是项目网址的最后一段。
news-ask = <b>{ $project }</b> 最近做了什么？直接发给我，最多 { $most } 个字。说具体的：多少人、什么事、花在哪里。
news-reach =
    { $donors ->
        [0] 现在还没有月捐人。
       *[other] { $readers ->
            [0] 月捐人 { $donors } 位，都没有选择收进展。
           *[other] 月捐人 { $donors } 位，其中 { $readers } 位愿意收到进展。
        }
    }
news-too-soon = 不久前刚告诉过月捐人（{ $at } 之后可以再发）。现在写的会放在项目页上，也会出现在扣款前的提醒里，但不会另外发消息。
news-last =
    上一次（{ $at }）：
    “{ $words }”
news-preview = 会是这样一条：
news-message =
    <b>{ $project }</b> 的进展

    { $words }
news-sent = 发出去了，会送到 { $readers } 位月捐人手里，项目页上也有 ❤ 夜里不打扰，早上再送。
news-kept = 放在项目页上了，没有另外发消息。
news-forgotten = 你写的那段话我没留住，或者后来又改了。请再发一次 /news。
button-news-send = 就这样，发出去
button-news-keep = 放到项目页上

error-news-too-long = 一条放不下，最多 { $most } 个字。请短一点再发给我。
error-news-empty = 里面没有文字。请用一句话说说项目做了什么。
error-news-over = 这一条已经发过了，不会再发第二次。

web-news = 进展
