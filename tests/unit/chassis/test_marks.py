"""What a write changed travels as text and comes back as it was, whatever else stands in it."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.marks import MOST, Mark, heard, told

LEAD = Mark("millrace.leads.v1.lead", "0190-a", 3)
QUOTE = Mark("millrace.contracts.v1.quote", "0190-b", 1)


def test_marks_travel_as_text_and_come_back() -> None:
    assert told([LEAD, QUOTE]) == "millrace.leads.v1.lead/0190-a@3,millrace.contracts.v1.quote/0190-b@1"
    assert heard(told([LEAD, QUOTE])) == [LEAD, QUOTE]
    assert LEAD.aggregate == "lead/0190-a"


def test_of_many_marks_the_last_ones_travel() -> None:
    many = [Mark("millrace.leads.v1.lead", str(number), 1) for number in range(1000)]
    assert heard(told(many)) == many[-MOST:]


def test_what_is_no_mark_is_left_out() -> None:
    assert heard("nonsense,@,a/@1,a/b@-1,a/b@x,,millrace.leads.v1.lead/0190-a@3") == [LEAD]


@given(st.text())
def test_no_text_of_a_stranger_is_too_much(text: str) -> None:
    assert len(heard(text)) <= MOST
