# 图片上的字：分享图。一行就是一行，短。

picture-brand = 益赞
picture-share-invites = 邀你一起捐给
picture-share-together = 我们一起捐给
picture-share-given = 大家一起捐出
picture-share-donors =
    { $donors } 人 · { $gifts } 笔
picture-share-first = 等你来捐第一笔
picture-share-scan = 扫一扫，多少都是心意
picture-share-promise = 100% 到项目，每一笔都查得到
picture-day-given = 我们一起捐出
picture-day-matched = 配捐 { $amount }
picture-day-thanks = 谢谢每一个人
