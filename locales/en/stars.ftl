# A gift that is wished in money and paid in another currency (Stars), at the operator's rate.

button-way-price = { $rail }: { $price }, paid now
tip-card-price = You pay { $price }. It is booked as that, and turns into money once the operator has exchanged it.
tip-card-price-rate = You pay { $price } ({ $stars } = { $per }, the operator's rate). It is booked as that, and turns into money once the operator has exchanged it.
