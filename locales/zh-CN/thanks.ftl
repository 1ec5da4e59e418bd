# 感谢：博主写给愿意收到感谢的粉丝。

button-thank = 谢谢大家
button-thanks-send = 就这样，发出去
button-thanks-again = 重写

thanks-ask = 想对 <b>{ $chat }</b> 的粉丝说声谢谢？有 { $people } 位愿意收到。直接发给我，最多 { $most } 个字；发出去之前先给你看。
thanks-ask-slot = 想对在 <b>{ $chat } 的公益爱心位</b> 捐过的粉丝说声谢谢？有 { $people } 位愿意收到。直接发给我，最多 { $most } 个字；发出去之前先给你看。
thanks-named = 其中显示名字的有：{ $names }
thanks-preview = 会有 { $people } 位粉丝看到这样一条消息：
thanks-message =
    <b>{ $name }</b> 谢谢你在 <b>{ $chat }</b> 的公益赞赏 ❤

    “{ $words }”
thanks-sent = 发出去了，会送到 { $people } 位捐赠人手里 ❤ 夜里不打扰，早上再送。
thanks-forgotten = 你写的那段话我没留住，请再写一次。
thanks-message-slot =
    <b>{ $name }</b> 谢谢你在 <b>{ $chat } 的公益爱心位</b> 的赞赏 ❤

    “{ $words }”
thanks-stopped = 好，以后不再给你发感谢。想再打开，发 /privacy。

error-thanks-too-soon = 每个频道、群和爱心位，每周只能发一次感谢，免得打扰大家。{ $at } 之后可以再发。
error-nobody-to-thank = { $chat } 还没有愿意收到感谢的粉丝。他们可以自己打开，我不会替他们打开。
