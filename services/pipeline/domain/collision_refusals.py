"""What cases of collisions refuse, and why."""

from dataclasses import dataclass

from kernel.errors import InvalidField, Kind, Refusal


@dataclass(eq=False, kw_only=True)
class CollisionCaseNotFound(Refusal):
    """There is no such case, or the caller reaches neither side of it."""

    kind = Kind.NOT_FOUND
    reason = "COLLISION_CASE_NOT_FOUND"

    collision_case: str


@dataclass(eq=False, kw_only=True)
class CollisionNothingToContest(Refusal):
    """Nobody else has the customer: not known, in the pool, or the claimant's own; which of them is not told."""

    kind = Kind.RULE_VIOLATION
    reason = "COLLISION_NOTHING_TO_CONTEST"


@dataclass(eq=False, kw_only=True)
class CollisionCaseExists(Refusal):
    """A case of these two about this customer is open already."""

    kind = Kind.ALREADY_EXISTS
    reason = "COLLISION_CASE_EXISTS"

    collision_case: str


@dataclass(eq=False, kw_only=True)
class CollisionDecidedFinally(Refusal):
    """A final decision about these two and this customer stands for some time."""

    kind = Kind.RULE_VIOLATION
    reason = "COLLISION_DECIDED_FINALLY"

    collision_case: str
    until: str


@dataclass(eq=False, kw_only=True)
class CollisionCustomerUnclear(InvalidField):
    """The customer is named by one thing: a registration, an opportunity, an account, or as he is looked up."""

    reason = "COLLISION_CUSTOMER_UNCLEAR"

    field: str = "registration"


@dataclass(eq=False, kw_only=True)
class CollisionClaimUnfit(InvalidField):
    """What the claim rests on is not there, or is not the claimant's own."""

    reason = "COLLISION_CLAIM_UNFIT"


@dataclass(eq=False, kw_only=True)
class CollisionClaimEmpty(InvalidField):
    """Without a registration or an opportunity a claim is words, and evidence that the system has."""

    reason = "COLLISION_CLAIM_EMPTY"

    field: str = "evidence"


@dataclass(eq=False, kw_only=True)
class CollisionCannotMove(Refusal):
    """From where the case stands it does not go there."""

    kind = Kind.RULE_VIOLATION
    reason = "COLLISION_CANNOT_MOVE"

    state: str
    wanted: str


@dataclass(eq=False, kw_only=True)
class CollisionNotDecidedByParty(Refusal):
    """Neither side decides, nor who opened the case, nor who wrote a part of what a side claims by."""

    kind = Kind.NOT_ALLOWED
    reason = "COLLISION_NOT_DECIDED_BY_PARTY"


@dataclass(eq=False, kw_only=True)
class CollisionSideUnreached(Refusal):
    """Whoever decides reaches both sides, and sees both timelines."""

    kind = Kind.NOT_ALLOWED
    reason = "COLLISION_SIDE_UNREACHED"


@dataclass(eq=False, kw_only=True)
class CollisionDecidedBefore(Refusal):
    """An appeal goes to somebody further up who has not decided the case."""

    kind = Kind.NOT_ALLOWED
    reason = "COLLISION_DECIDED_BEFORE"


@dataclass(eq=False, kw_only=True)
class CollisionNotAppealedByWinner(Refusal):
    """Whoever lost appeals, and nobody for him."""

    kind = Kind.NOT_ALLOWED
    reason = "COLLISION_NOT_APPEALED_BY_WINNER"


@dataclass(eq=False, kw_only=True)
class CollisionAppealOver(Refusal):
    """The days for an appeal are over."""

    kind = Kind.RULE_VIOLATION
    reason = "COLLISION_APPEAL_OVER"

    until: str


@dataclass(eq=False, kw_only=True)
class CustomerContested(Refusal):
    """A case that is not closed decides whose the customer is; its verdict so far is not for this registration."""

    kind = Kind.RULE_VIOLATION
    reason = "CUSTOMER_CONTESTED"

    collision_case: str
