# 月捐证书、年度盘点、捐赠明细：聊天里说的话，和网页上的。

command-recap = 年度盘点：这一年你做了什么
command-statement = 捐赠明细（PDF 和表格）
command-certificates = 我的月捐证书

certificate-told-first = 谢谢你的开始，第 <b>{ $months }</b> 个月。这是你给「{ $project }」月捐的第一张证书，送给你留着。
certificate-told = 谢谢你，第 <b>{ $months }</b> 个月了。这是你给「{ $project }」月捐的证书，送给你留着。
certificate-no-picture = 图片这会儿没画出来，点下面的按钮再看一次。
certificate-where = 编号 { $number }。谁扫上面的码，都能在公开账本里核对；名字怎么写由你定。
certificate-pdf-told = 这一份可以直接打印：A4，300 dpi。
certificate-name-ask = 证书上现在写的是：{ $name }。

    想换个名字？直接发给我，或者点下面。拿到编号的人能看到这个名字。
    每张证书各记各的名字；改月捐的公开方式，不会改已经做好的证书。
certificates-none = 还没有证书。月捐的第 1、3、6、12 个月，以后每满一年，我都会送你一张。发 /monthly 开始。
certificates-all = 你的 { $number } 张月捐证书。点一张再看一次：
button-certificate-line = 第 { $months } 个月 · { $project }
button-certificate-again = 再看一次
button-certificate-pdf = 打印版 PDF
button-certificate-check = 核对
button-certificate-name = 换个名字
button-certificate-chat-name = 用「{ $name }」
button-certificate-nobody = 写「爱心人士」
button-certificates = 我的证书

recap-told = <b>{ $year } 年</b>，{ $of ->
    [donor] 你捐出 <b>{ $given }</b>：{ $gifts } 笔，{ $months } 个月里有你，{ $projects } 个项目。
   *[creator] 大家因你捐出 <b>{ $given }</b>：{ $gifts } 笔，{ $months } 个月里都有人捐，{ $projects } 个项目。
 }
recap-told-days = 公益日：{ $days } 个，捐出 { $given }。
recap-told-matched = { $of ->
    [donor] 因为你，资助方多捐了 <b>{ $matched }</b>。
   *[creator] 因此，资助方多捐了 <b>{ $matched }</b>。
 }
recap-told-project = <b>{ $project }</b> · { $given }
    { $did }
recap-told-project-does = <b>{ $project }</b> · { $given }
    还没有进展的消息。捐一笔可以做的：{ $does }
recap-told-private = 这些只有你看得到。
recap-told-public = 这一页公开着：拿到链接的人都能看，别人搜不到。
recap-ask = 做成网页，拿到链接的人都能看到你 <b>{ $year } 年</b>捐的全部：一共多少、每个月、每个项目。当时没留名、没公开金额的，也算在里面；这一年里以后再捐的，也会加进去。
recap-ask-named = 要写上你的名字「{ $name }」吗？你以后隐去名字，网页上也会拿掉；不写，以后也不会再写上去。
recap-ask-nameless = 你平时捐款不同时公开名字和金额，所以网页上不写名字，以后也不会再写上去。
recap-is-public = 公开了
recap-is-private = 收起来了，原来的链接打不开了
button-recap-page = 打开网页
button-recap-public = 做成网页分享
button-recap-named = 写上名字
button-recap-nameless = 不写名字
button-recap-open = 做成网页
button-recap-hide = 收起网页
button-recap-called = 因我捐出的
button-statement = 捐赠明细

statement-paper = 捐赠明细，可以打印。
statement-told = { $first } 到 { $last }，{ $gifts } 笔，全在这张表里。
statement-told-cut = { $first } 到 { $last }，{ $gifts } 笔，全在这张表里；PDF 上少列了 { $left } 笔，合计不少。

web-certificate-title = 月捐证书 { $number }
web-certificate-description = 一张月捐证书，和账本对它的核对。
web-certificate-heading = 月捐证书
web-certificate-months = 累计月数
web-certificate-in-a-row = 连续月数
web-certificate-others-label = 另外的项目
web-certificate-made = 日期
web-certificate-holds = 核对无误
web-certificate-less = 之后有退回
web-certificate-open = 没能全部核对
web-certificate-ledger = 账本怎么说
web-certificate-booked = 这张证书说的 { $gifts } 笔捐款，其中 { $booked } 笔记在公开账本里。
web-certificate-less-text = 证书做好以后有捐款退回了，现在还剩 { $kept }。
web-certificate-less-hidden = 证书做好以后有捐款退回了。捐赠人不公开金额。
web-certificate-text = 名字由捐赠人自己填写，我们不核实身份。
web-certificate-unknown-title = 没有这张证书
web-certificate-unknown-text = 请核对编号：它像 YC-7K3QF-9M2XT-4BD，印在证书左下角。

web-recap-title = { $year } 年度盘点
web-recap-title-of = { $name } · { $year } 年度盘点
web-recap-description = 捐出 { $given }，{ $gifts } 笔。
web-recap-link = { $year } 年度盘点：这一年一起做了什么
web-recap-lead = { $of ->
    [donor] 这是本人公开的一年。
    [creator] 这一年，大家在这里捐出的。
    [project] 这一年，大家捐给这个项目的。
   *[service] 这一年，我们一起做的。
 }
web-recap-given = { $of ->
    [donor] 捐出 { $given }
   *[service] 一起捐出 { $given }
 }
web-recap-matched = { $of ->
    [donor] 因为这些捐款，资助方又配捐 { $matched }
   *[service] 资助方又配捐 { $matched }
 }
web-recap-months = 有捐款的月份
web-recap-projects = 项目
web-recap-days = 公益日
web-recap-on-days = 公益日捐出
web-recap-by-month = 每个月
web-recap-month = 月份
web-recap-chart = 每个月捐了多少，数字在下面的表里
web-recap-whither = 捐给了谁
web-recap-did = 这些钱做了什么
web-recap-no-news = 这一年项目还没有说过进展。
web-recap-does = 捐一笔可以做的：
web-recap-unknown-title = 这里没有年度盘点
web-recap-unknown-text = 这一年还没有捐款，或者主人没有公开、已经收起来了。

statement-column-paid = 付款时间
statement-column-receipt = 收据号
statement-column-project = 项目
statement-column-organisation = 机构
statement-column-amount = 金额
statement-column-returned = 退回
statement-column-kept = 实际捐出
statement-column-currency = 币种
statement-column-rail = 付款方式
statement-column-month = 月捐月份
statement-column-matched = 配捐
