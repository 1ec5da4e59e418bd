# Charge mode “transfers”: what could not be passed on to an organisation, or taken back from it.

alert-transfer-refused = <b>{ $back ->
    [yes] { $amount } could not be taken back from an organisation
   *[no] { $amount } could not be passed on to an organisation
 }</b>: { $rail } says <code>{ $code }</code>, payment <code>{ $id }</code>. It is asked again every day; see the provider’s dashboard.
alert-transfer-open = <b>{ $back ->
    [yes] For a week { $amount } has been on its way back from an organisation
   *[no] For a week { $amount } has been on its way to an organisation
 }</b>: { $rail }, payment <code>{ $id }</code>. See the provider’s dashboard.
