"""Who is the same person at a customer (联系人), and what is taken over from a second description."""

import pytest

from services.pipeline.domain.contact import ContactFacts

SWITCHBOARD = "0571-88886666"


def somebody(name: str, phone: str = "", email: str = "") -> ContactFacts:
    return ContactFacts(display_name=name, phone=phone, email=email)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (somebody("王芳", "13805718000"), somebody("王 芳 经理", "+86 138 0571 8000"), True),
        (somebody("王芳", "13805718000"), somebody("王芳", "13905719999"), False),
        (somebody("王芳", f"{SWITCHBOARD}转802"), somebody("李强", f"{SWITCHBOARD}转803"), False),
        (somebody("王芳", f"{SWITCHBOARD}转802"), somebody("王女士", f"{SWITCHBOARD} 转 802"), True),
        (somebody("王芳", SWITCHBOARD), somebody("李强", SWITCHBOARD), False),
        (somebody("王芳", SWITCHBOARD), somebody("王 芳", SWITCHBOARD), True),
        (somebody("王芳", "", "wang@yunfan.example"), somebody("小王", SWITCHBOARD, "Wang@yunfan.example"), True),
        (somebody("王芳"), somebody("王芳", "13805718000"), True),
    ],
)
def test_a_person_is_known_by_what_is_his_alone_and_else_by_the_name(
    one: ContactFacts, other: ContactFacts, *, same: bool
) -> None:
    assert one.is_same_as(other) is same
    assert other.is_same_as(one) is same


def test_a_known_person_gets_what_was_not_known_of_him_and_keeps_the_rest() -> None:
    filled = somebody("王芳", "13805718000").filled_by(somebody("王小姐", "13905719999", "wang@yunfan.example"))
    assert filled == somebody("王芳", "13805718000", "wang@yunfan.example")
