"""By what way somebody turned to a customer, and with whom he got through."""

from enum import Enum


class FollowUpKind(Enum):
    """By what way somebody turned to the customer."""

    CALL = "call"
    VISIT = "visit"
    EMAIL = "email"
    WECHAT = "wechat"
    MEETING = "meeting"
    OTHER = "other"


class FollowUpOutcome(Enum):
    """With whom he got through."""

    REACHED = "reached"
    MESSAGE_LEFT = "message_left"
    NOT_REACHED = "not_reached"
    WRONG_CONTACT = "wrong_contact"
