"""What a registration refuses."""

from dataclasses import dataclass

from kernel.errors import InvalidField, Kind, Refusal


@dataclass(eq=False, kw_only=True)
class RegistrationNotFound(Refusal):
    """There is no such registration, or it is outside the caller's scope."""

    kind = Kind.NOT_FOUND
    reason = "REGISTRATION_NOT_FOUND"

    registration: str


@dataclass(eq=False, kw_only=True)
class RegistrationNotEditable(Refusal):
    """It is under review or judged: what was judged does not change afterwards."""

    kind = Kind.RULE_VIOLATION
    reason = "REGISTRATION_NOT_EDITABLE"

    state: str


@dataclass(eq=False, kw_only=True)
class RegistrationCannotMove(Refusal):
    """From where it stands it does not go there."""

    kind = Kind.RULE_VIOLATION
    reason = "REGISTRATION_CANNOT_MOVE"

    state: str
    wanted: str


@dataclass(eq=False, kw_only=True)
class RegistrationVerdictsMissing(Refusal):
    """A decision says of each of the five criteria, once, whether it is met."""

    kind = Kind.RULE_VIOLATION
    reason = "REGISTRATION_VERDICTS_MISSING"

    criteria: str


@dataclass(eq=False, kw_only=True)
class RegistrationVerdictUnmet(Refusal):
    """What does not meet a criterion is not approved: it is returned or rejected."""

    kind = Kind.RULE_VIOLATION
    reason = "REGISTRATION_VERDICT_UNMET"

    criterion: str


@dataclass(eq=False, kw_only=True)
class RegistrationCommentMissing(Refusal):
    """A rep who gets it back, or is refused, is told why."""

    kind = Kind.INVALID_INPUT
    reason = "REGISTRATION_COMMENT_MISSING"

    field: str = "comment"


@dataclass(eq=False, kw_only=True)
class CustomerProtected(Refusal):
    """Another registration protects the customer until a day; the team to ask is told, and nothing else."""

    kind = Kind.RULE_VIOLATION
    reason = "CUSTOMER_PROTECTED"

    until: str
    team: str


@dataclass(eq=False, kw_only=True)
class RenewalsUsedUp(Refusal):
    """The protection was renewed as often as the rules allow."""

    kind = Kind.RULE_VIOLATION
    reason = "RENEWALS_USED_UP"

    most: int


@dataclass(eq=False, kw_only=True)
class RenewalTooEarly(Refusal):
    """The protection can be renewed only near its end."""

    kind = Kind.RULE_VIOLATION
    reason = "RENEWAL_TOO_EARLY"

    opens: str


@dataclass(eq=False, kw_only=True)
class RegistrationOwnerUnknown(Refusal):
    """There is no such member, or the member has left."""

    kind = Kind.INVALID_INPUT
    reason = "REGISTRATION_OWNER_UNKNOWN"

    field: str = "registration.owner"


@dataclass(eq=False, kw_only=True)
class RegistrationOpportunityUnfit(InvalidField):
    """It is not an open opportunity of the owner and the account that does not count yet."""

    reason = "REGISTRATION_OPPORTUNITY_UNFIT"

    field: str = "registration.opportunity"


@dataclass(eq=False, kw_only=True)
class RegistrationCreditCodeOther(InvalidField):
    """The named account has another credit code than the one typed."""

    reason = "REGISTRATION_CREDIT_CODE_OTHER"

    field: str = "registration.credit_code"


@dataclass(eq=False, kw_only=True)
class RegistrationAccountUnknown(InvalidField):
    """The account is not there, is archived, or whoever registers may not see it."""

    reason = "REGISTRATION_ACCOUNT_UNKNOWN"

    field: str = "registration.account"
