# “transfers” 收款方式：没能转给机构，或没能从机构转回的钱。

alert-transfer-refused = <b>{ $back ->
    [yes] { $amount } 没能从机构转回
   *[no] { $amount } 没能转给机构
 }</b>：{ $rail } 的答复是 <code>{ $code }</code>，付款 <code>{ $id }</code>。之后每天会再试一次，请到支付服务商后台看看。
alert-transfer-open = <b>{ $back ->
    [yes] { $amount } 从机构转回，一周了还没有结果
   *[no] { $amount } 转给机构，一周了还没有结果
 }</b>：{ $rail }，付款 <code>{ $id }</code>。请到支付服务商后台看看。
