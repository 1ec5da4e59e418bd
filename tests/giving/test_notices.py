"""How each kind of message is treated."""

from giving.notices import RULES, NoticeKind


def test_every_kind_has_its_rules():
    assert set(RULES) == set(NoticeKind)


def test_only_what_counts_can_wait_for_room_or_be_given_up_for_want_of_it():
    assert {kind for kind, its in RULES.items() if its.waits_for_room and its.counts_as is None} == set()
    given_up = [its for its in RULES.values() if its.counts_as is not None and not its.waits_for_room]
    assert all(its.once for its in given_up), "what is marked before it is sent is asked whether there is room"
