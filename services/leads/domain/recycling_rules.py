"""The rules of recycling (回收规则), as administrators edit them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from services.leads.domain.follow_up import FollowUp
from services.leads.domain.follow_up_kinds import FollowUpOutcome
from services.leads.domain.lead import GRADE_LETTERS
from services.leads.domain.recycling import LeadLimits, RecycleRule
from trade.pools.limits import canonical, limits_from
from trade.rule_body import RuleBody

_LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecyclingRules:
    """How long a lead of each grade stays with an owner who does not work it, and which follow-ups are work.

    A follow-up counts by its outcome and by a note of so many characters at least.
    """

    counts: frozenset[FollowUpOutcome]
    least_note: int
    limits: Mapping[str, LeadLimits]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "RecyclingRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("counts", "least_note", "grades")
        counts = whole.choices("counts", [each.value for each in FollowUpOutcome], absent=None)
        if not counts:
            raise whole.wrong("counts", "texts")
        grades = whole.section("grades").only(*GRADE_LETTERS)
        return cls(
            counts=frozenset(map(FollowUpOutcome, counts)),
            least_note=whole.whole("least_note", least=0, most=_LONGEST_NOTE),
            limits={
                letter: limits_from(grades.section(letter), RecycleRule)
                for letter in GRADE_LETTERS
                if letter in grades.content
            },
        )

    @property
    def mark(self) -> str:
        """What tells rules from others of the same version: a release may ship others as version 0."""
        return blake2b(canonical(self.limits).encode(), digest_size=4).hexdigest()

    def count(self, told: FollowUp) -> bool:
        """Whether a follow-up extends the spell of the owner (跟进质量)."""
        facts = told.facts
        return not told.withdrawn and facts.outcome in self.counts and len(facts.note.strip()) >= self.least_note
