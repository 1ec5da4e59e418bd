# 按金额许愿、用另一种货币（Stars）付的一笔，按运营方定的汇率。

button-way-price = { $rail }：{ $price }，现在付
tip-card-price = 实付 { $price }。先按 { $price } 入账，运营方换成钱之后再计入金额。
tip-card-price-rate = 实付 { $price }（{ $stars } = { $per }，运营方定的汇率）。先按 { $price } 入账，运营方换成钱之后再计入金额。
