"""A kept answer is reduced to names wherever it tells of an erased record."""

from millrace.pipeline.v1.account_pb2 import Account, AccountDuplicate
from millrace.pipeline.v1.lead_conversion_service_pb2 import AcceptLeadResponse

from chassis.erasure import _reduce

ERASED = "accounts/00000000-0000-0000-0000-000000000001"


def test_a_record_keeps_its_name_and_version_alone() -> None:
    answer = Account(name=ERASED, display_name="欧阳锦绣", etag="3")
    assert _reduce(answer, ERASED)
    assert answer == Account(name=ERASED, etag="3")


def test_what_only_points_at_the_record_says_nothing_personal_any_more() -> None:
    answer = Account(name="accounts/other", display_name="杭州云帆")
    answer.duplicates.append(AccountDuplicate(account=ERASED, display_name="欧阳锦绣", score=0.5))
    assert _reduce(answer, ERASED)
    assert list(answer.duplicates) == [AccountDuplicate(account=ERASED, score=0.5)]
    assert answer.display_name == "杭州云帆"


def test_names_beside_it_stay() -> None:
    answer = AcceptLeadResponse(account=ERASED, contact="contacts/c")
    assert not _reduce(answer, ERASED)
    assert answer.contact == "contacts/c"
