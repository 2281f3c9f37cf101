"""What administrators decide about collisions (撞单): the order of precedence, what is valid, days for an appeal."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from services.pipeline.domain.evidence import EvidenceKind
from services.pipeline.domain.registration import RegistrationState
from trade.rule_body import RuleBody

_YEARS = 3660
_HIGHEST = 1000
_STATES = tuple(state.value for state in RegistrationState)


class Precedent(Enum):
    """A rule that may tell two claims apart (优先规则)."""

    PROTECTED_OWNER = "protected_owner"
    FIRST_REGISTRATION = "first_registration"
    EVIDENCE_RANK = "evidence_rank"
    ACCOUNT_OWNER = "account_owner"


class CountsFrom(Enum):
    """From when a registration counts."""

    CREATED = "created"
    SUBMITTED = "submitted"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollisionRules:
    """The rules by which collisions are decided; `ranks` holds every kind of evidence.

    A registration in one of `alone_states` also decides against a side that has none.
    """

    precedence: tuple[Precedent, ...]
    valid_states: frozenset[str]
    alone_states: frozenset[str]
    counts_from: CountsFrom
    registration_days: int
    evidence_days: int
    ranks: Mapping[EvidenceKind, int]
    appeal_days: int
    final_days: int

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "CollisionRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("precedence", "registration", "evidence", "appeal", "final")
        registration = whole.section("registration").only("states", "alone", "counts_from", "within_days")
        evidence = whole.section("evidence").only("within_days", "ranks")
        return cls(
            precedence=_precedence(whole),
            valid_states=registration.choices("states", _STATES, absent=None),
            alone_states=registration.choices("alone", _STATES, absent=None),
            counts_from=CountsFrom(registration.choice("counts_from", [each.value for each in CountsFrom])),
            registration_days=registration.whole("within_days", least=1, most=_YEARS),
            evidence_days=evidence.whole("within_days", least=1, most=_YEARS),
            ranks=_ranks(evidence.section("ranks")),
            appeal_days=whole.section("appeal").only("days").whole("days", least=1, most=_YEARS),
            final_days=whole.section("final").only("days").whole("days", least=1, most=_YEARS),
        )

    def to_mapping(self) -> Mapping[str, object]:
        """The body these rules are read from: a case keeps it, whatever is edited afterwards."""
        return {
            "precedence": [each.value for each in self.precedence],
            "registration": {
                "states": sorted(self.valid_states),
                "alone": sorted(self.alone_states),
                "counts_from": self.counts_from.value,
                "within_days": self.registration_days,
            },
            "evidence": {
                "within_days": self.evidence_days,
                "ranks": {kind.value: rank for kind, rank in self.ranks.items()},
            },
            "appeal": {"days": self.appeal_days},
            "final": {"days": self.final_days},
        }


def _precedence(whole: RuleBody) -> tuple[Precedent, ...]:
    """The rules in their order, each once; none at all leaves every case to the manager."""
    words = whole.texts("precedence", absent=None)
    whole.choices("precedence", [each.value for each in Precedent], absent=None)
    if len(set(words)) < len(words):
        raise whole.wrong("precedence", "twice")
    return tuple(Precedent(word) for word in words)


def _ranks(section: RuleBody) -> Mapping[EvidenceKind, int]:
    section.only(*(kind.value for kind in EvidenceKind))
    return {kind: section.whole(kind.value, least=0, most=_HIGHEST) for kind in EvidenceKind}
