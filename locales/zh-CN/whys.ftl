# 我为什么每月捐：捐赠人的一句话，审过以后放在项目页上，随时可以收回。

command-whys = 看看捐赠人写的话
why-none = 你还没有月捐。每月捐一点之后，可以在这里写一句为什么。
why-mine =
    <b>我为什么每月捐</b>
    写一句话，看过以后放在项目页上。随时可以改、可以收回；名字怎么显示，按你自己的设置。
why-more = 还有 { $count } 个项目没列出来；在项目进展的消息下面也可以写。
why-begun = <b>{ $project }</b>：刚刚开始，谢谢你。
why-months = <b>{ $project }</b>：已经捐过 { $months } 个月。中间歇几个月也没关系。
why-is-waiting = “{ $words }” · 等人看过
why-is-shown = “{ $words }” · 在项目页上
why-is-refused = “{ $words }” · 没有放上去
why-ask = 为什么每月捐给 <b>{ $project }</b>？写一句话发给我，最多 { $most } 个字。
why-ask-seen = 有人看过以后才会出现在项目页上。请别写别人的名字、电话这些私人信息。
why-written =
    收到了：“{ $words }”

    看过以后告诉你。等你的月捐到了账，它就会出现在「{ $project }」的页面上。
why-taken-back = 收回了，哪里都看不到了。
why-now-shown =
    你写的这句话，现在在「{ $project }」的页面上了 ❤

    “{ $words }”
why-now-refused =
    你为「{ $project }」写的这句话，不在页面上：

    “{ $words }”
why-refused-private = 里面有不适合公开的私人信息。去掉以后可以再发一次。
why-refused-advert = 看起来像广告，或者带了链接。只说说你自己的想法就好。
why-refused-rude = 里面有伤人的话。换个说法，可以再发一次。
why-refused-unrelated = 好像和这个项目没有关系。说说为什么捐给它，可以再发一次。
why-refused-other = 这一句不太适合放在项目页上。换一句可以再发。

button-why = 说说为什么捐
button-why-write = 写一句：{ $project }
button-why-again = 改一句：{ $project }
button-why-back = 收回：{ $project }
button-why-back-this = 收回
button-why-again-this = 换一句
button-why-show = 放上去
button-why-refuse = 不放
button-why-private = 有私人信息
button-why-advert = 广告或链接
button-why-rude = 伤人的话
button-why-unrelated = 和项目无关
button-why-other = 别的原因
button-whys-on = 看看已经放上去的
button-why-down = 拿下第 { $number } 句
button-whys-look = 看一看

whys-title = <b>还有 { $count } 句话等着看</b>
whys-one =
    「{ $project }」：
    “{ $words }”
whys-named = 署名：{ $name }
whys-nameless = 不署名
whys-none = 没有等着看的话了 ❤
whys-why-not = 为什么不放？会告诉写的人，对方可以重写。
whys-shown = 放上去了。
whys-refused = 没有放，已经告诉对方原因。
whys-on = <b>项目页上有 { $count } 句</b>
whys-on-one = { $number }. 「{ $project }」：“{ $words }”
whys-on-none = 项目页上还没有捐赠人写的话。
whys-why-down = 为什么拿下来？会告诉写的人，对方可以重写。
whys-down = 拿下来了，已经告诉对方原因。
whys-wait = 有 { $count } 句捐赠人写的话等着看。

error-not-monthly-donor = 只有正在月捐的人才能为它写一句。
error-why-too-long = 有点长了，最多 { $most } 个字。短一点再发给我。
error-why-empty = 没看到文字。写一句话发给我吧。
error-why-over = 这一句已经有人看过了，或者对方改了、收回了；自己写的，要请别人来看。

web-whys = 他们为什么每月捐
web-why-someone = 一位爱心人士
