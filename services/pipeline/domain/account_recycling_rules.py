"""The rules of recycling accounts (回收规则), as administrators edit them: by tier and by phase."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from services.pipeline.domain.account_profile import Phase
from services.pipeline.domain.account_recycling import AccountLimits, RecycleRule
from services.pipeline.domain.care_record import CareKind
from trade.pools.limits import canonical, limits_from
from trade.rule_body import RuleBody

_PHASES = [phase.value for phase in Phase]


def kind_of(tier: str, phase: Phase) -> str:
    """The kind of account whose limits hold: "key/customer"; "/prospect" where nobody rated it."""
    return f"{tier}/{phase.value}"


@dataclass(frozen=True, slots=True)
class LimitsByKind(Mapping[str, AccountLimits]):
    """The limits by the kind of account: those of its tier and phase where they are told, else those of its phase."""

    told: Mapping[str, AccountLimits]
    staying: frozenset[str]

    def __getitem__(self, kind: str) -> AccountLimits:
        """The limits of a kind; KeyError for one that stays for ever."""
        tier, _, phase = kind.partition("/")
        if tier and tier in self.staying:
            raise KeyError(kind)
        return self.told[kind] if kind in self.told else self.told[f"/{phase}"]

    def __iter__(self) -> Iterator[str]:
        """The kinds that are told."""
        return iter(self.told)

    def __len__(self) -> int:
        """How many kinds are told."""
        return len(self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecyclingRules:
    """How long an account stays with an owner who does not work it, and which care is work."""

    counts: frozenset[CareKind]
    limits: LimitsByKind

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "AccountRecyclingRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("counts", "stays", "phases", "tiers")
        counts = whole.choices("counts", [each.value for each in CareKind])
        stays = whole.texts("stays")
        told = {f"/{phase}": limits for phase, limits in _of_phases(whole.section("phases"))}
        for tier in _sections(whole, "tiers"):
            section = whole.section("tiers").section(tier)
            told |= {f"{tier}/{phase}": limits for phase, limits in _of_phases(section)}
        return cls(counts=frozenset(map(CareKind, counts)), limits=LimitsByKind(told=told, staying=frozenset(stays)))

    @property
    def mark(self) -> str:
        """What tells rules from others of the same version: a release may ship others as version 0."""
        told = (
            f"{canonical(self.limits.told)} {sorted(self.limits.staying)} {sorted(each.value for each in self.counts)}"
        )
        return blake2b(told.encode(), digest_size=4).hexdigest()


def _of_phases(section: RuleBody) -> Iterator[tuple[str, AccountLimits]]:
    section.only(*_PHASES)
    for phase in _PHASES:
        if phase in section.content:
            yield phase, limits_from(section.section(phase), RecycleRule)


def _sections(whole: RuleBody, name: str) -> list[str]:
    return list(whole.section(name).content) if name in whole.content else []
