"""Who has a customer of whom two members say he is theirs (撞单裁决): a verdict that follows from two timelines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from kernel.content import content_hash
from services.pipeline.domain.collision_rules import CollisionRules, CountsFrom, Precedent
from services.pipeline.domain.collision_timeline import FactKind, Timeline
from services.pipeline.domain.evidence import EvidenceKind
from trade.reasons import Reason


class Side(Enum):
    """One of the two: whoever claims the customer, and whoever had him when the claim came."""

    CLAIMANT = "claimant"
    HOLDER = "holder"

    @property
    def other(self) -> "Side":
        """The one against it."""
        return Side.HOLDER if self is Side.CLAIMANT else Side.CLAIMANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one side stands before a rule: in words, and the resource that shows it; `weight` is what is compared.

    The greater weight wins; None is nothing to show.
    """

    reason: Reason
    source: str = ""
    weight: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One rule that was tried: how each side stood, and who won by it; nobody where it tells them not apart."""

    rule: Precedent
    claimant: Standing
    holder: Standing

    @property
    def winner(self) -> Side | None:
        """Who won by this rule."""
        ours, theirs = self.claimant.weight, self.holder.weight
        if ours == theirs:
            return None
        if ours is None or theirs is None:
            return Side.HOLDER if ours is None else Side.CLAIMANT
        return Side.CLAIMANT if ours > theirs else Side.HOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Every rule that was tried, in order; the last one decided, unless none did."""

    trials: tuple[Trial, ...]

    @property
    def winner(self) -> Side | None:
        """Who won; None where no rule decides and the manager has to."""
        return self.trials[-1].winner if self.trials else None

    @property
    def rule(self) -> Precedent | None:
        """The rule that decided."""
        return self.trials[-1].rule if self.winner else None

    @property
    def digest(self) -> bytes:
        """The SHA-256 of all of it: the same verdict has the same, byte for byte."""
        return content_hash({"trials": [_trial(each) for each in self.trials]})


def verdict(*, claimant: Timeline, holder: Timeline, rules: CollisionRules, at: datetime) -> Verdict:
    """Try the rules in their order until one tells the two apart, as they stood at an instant."""
    tried: list[Trial] = []
    for rule in rules.precedence:
        stands = _STANDINGS[rule]
        ours, theirs = stands(claimant, rules, at=at), stands(holder, rules, at=at)
        if rule is Precedent.FIRST_REGISTRATION:
            ours, theirs = _against(theirs, ours, rules), _against(ours, theirs, rules)
        tried.append(Trial(rule=rule, claimant=ours, holder=theirs))
        if tried[-1].winner is not None:
            break
    return Verdict(trials=tuple(tried))


def protected_until(told: Timeline, *, at: datetime) -> datetime | None:
    """Until when a side protects the customer by reviewed registrations that have not ended; None where none does."""
    held = [fact.until for fact in told if fact.kind is FactKind.REGISTRATION_APPROVED]
    return max((until for until in held if until is not None and until > at), default=None)


def _protected(told: Timeline, _rules: CollisionRules, *, at: datetime) -> Standing:
    until = protected_until(told, at=at)
    if until is None:
        return _NOTHING[Precedent.PROTECTED_OWNER]
    source = next(fact.source for fact in told if fact.until == until)
    # Whoever protects him protects him: a longer protection is no better claim.
    return Standing(reason=Reason("COLLISION_PROTECTS", {"until": until.isoformat()}), source=source, weight=1)


def _registered(told: Timeline, rules: CollisionRules, *, at: datetime) -> Standing:
    since = at - timedelta(days=rules.registration_days)
    valid = [
        fact
        for fact in told
        if fact.kind is _COUNTED[rules.counts_from] and fact.detail in rules.valid_states and since <= fact.time <= at
    ]
    if not valid:
        return _NOTHING[Precedent.FIRST_REGISTRATION]
    first = valid[0]
    told_by = {"time": first.time.isoformat(), "state": first.detail}
    return Standing(reason=Reason("COLLISION_REGISTERED", told_by), source=first.source, weight=-_moment(first.time))


def _against(other: Standing, one: Standing, rules: CollisionRules) -> Standing:
    """How a registration stands against the other side: one that waits for its review only against another one."""
    if one.weight is None or other.weight is not None or one.reason.parameters["state"] in rules.alone_states:
        return one
    return replace(one, reason=Reason("COLLISION_REGISTERED_ALONE", one.reason.parameters), weight=None)


def _shown(told: Timeline, rules: CollisionRules, *, at: datetime) -> Standing:
    since = at - timedelta(days=rules.evidence_days)
    ranked = [
        (rules.ranks[EvidenceKind(fact.detail)], fact)
        for fact in told
        if fact.kind is FactKind.EVIDENCE and since <= fact.time <= at
    ]
    best, fact = max(ranked, key=lambda each: each[0], default=(0, None))
    if not best or fact is None:
        return _NOTHING[Precedent.EVIDENCE_RANK]
    reason = Reason("COLLISION_SHOWS", {"kind": fact.detail, "rank": str(best)})
    return Standing(reason=reason, source=fact.source, weight=best)


def _owning(told: Timeline, _rules: CollisionRules, *, at: datetime) -> Standing:
    owned = next((fact for fact in told if fact.kind is FactKind.ACCOUNT_OWNED and fact.time <= at), None)
    if owned is None:
        return _NOTHING[Precedent.ACCOUNT_OWNER]
    return Standing(reason=Reason("COLLISION_OWNS", {"since": owned.time.isoformat()}), source=owned.source, weight=1)


_COUNTED: Mapping[CountsFrom, FactKind] = {
    CountsFrom.CREATED: FactKind.REGISTRATION_CREATED,
    CountsFrom.SUBMITTED: FactKind.REGISTRATION_SUBMITTED,
    CountsFrom.APPROVED: FactKind.REGISTRATION_APPROVED,
}
_STANDINGS: Mapping[Precedent, Callable[..., Standing]] = {
    Precedent.PROTECTED_OWNER: _protected,
    Precedent.FIRST_REGISTRATION: _registered,
    Precedent.EVIDENCE_RANK: _shown,
    Precedent.ACCOUNT_OWNER: _owning,
}
_NOTHING: Mapping[Precedent, Standing] = {
    rule: Standing(reason=Reason(f"COLLISION_NOTHING_BY_{rule.name}")) for rule in Precedent
}


def _moment(time: datetime) -> int:
    """An instant as whole microseconds: exact, where a float is not."""
    return (time - _EPOCH) // timedelta(microseconds=1)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _trial(trial: Trial) -> Mapping[str, object]:
    return {"rule": trial.rule, "claimant": _standing(trial.claimant), "holder": _standing(trial.holder)}


def _standing(standing: Standing) -> Mapping[str, object]:
    return {**standing.reason.to_mapping(), "source": standing.source, "weight": standing.weight}
