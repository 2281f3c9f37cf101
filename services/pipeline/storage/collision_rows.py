"""A case between its rows and the domain."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.pipeline.domain.collision_case import (
    Appeal,
    CollisionCase,
    CollisionEnding,
    CollisionOrigin,
    CollisionState,
    Party,
    Ruling,
)
from services.pipeline.domain.collision_rules import CollisionRules, Precedent
from services.pipeline.domain.collision_timeline import Fact
from services.pipeline.domain.collision_verdict import Side, Standing, Trial, Verdict
from trade.reasons import Reason

Row = Mapping[str, Any] | RowMapping
# What the columns of each side are called when a case is read with both.
PREFIXES: Mapping[Side, str] = {side: f"{side.value}_" for side in Side}


def to_row(case: CollisionCase) -> Mapping[str, object]:
    """The columns of a case; its sides have rows of their own."""
    appeal = case.appeal
    return {
        "uuid": case.uuid,
        "account": case.account,
        "about": about(case),
        "pair": pair(case.claimant.member, case.holder.member),
        "opener": case.opener,
        "origin": case.origin.value,
        "state": case.state.value,
        "rules": case.rules.to_mapping(),
        "rules_version": case.rules_version,
        "verdict": [_trial_to_json(each) for each in case.verdict.trials],
        "verdict_digest": case.verdict.digest,
        "winner": case.winner.value if case.winner else None,
        "rule": case.verdict.rule.value if case.verdict.rule else None,
        "rulings": [_ruling_to_json(each) for each in case.rulings],
        "parties": sorted(case.parties),
        "deciders": sorted(case.deciders),
        "decided_reach": case.decided_reach,
        "appeal": {"by": appeal.by, "statement": appeal.statement, "time": appeal.time.isoformat()} if appeal else None,
        "appeal_end_time": case.appeal_end_time,
        "ending": case.ending.value if case.ending else None,
        "effects": [each.to_mapping() for each in case.effects],
        "create_time": case.create_time,
        "update_time": case.update_time,
        "close_time": case.close_time,
    }


def about(case: CollisionCase) -> UUID:
    """What the case is about: the account, or the holder's registration of a customer who is no account yet."""
    return case.account or case.holder.registration or case.uuid


def pair(one: UUID, other: UUID) -> str:
    """Two members, whoever of them claims."""
    return "/".join(sorted((str(one), str(other))))


def side_to_row(case: CollisionCase, side: Side) -> Mapping[str, object]:
    """The columns of one side."""
    party = case.of(side)
    return {
        "case": case.uuid,
        "side": side.value,
        "owner": party.member,
        "team": party.team,
        "region": party.region,
        "registration": party.registration,
        "opportunity": party.opportunity,
        "statement": party.statement,
        "evidence": list(party.evidence),
        "authors": sorted(party.authors),
        "timeline": [fact.to_mapping() for fact in party.timeline],
    }


def from_row(row: Row) -> CollisionCase:
    """The case in a row that was read with both sides."""
    told = row["appeal"]
    return CollisionCase(
        uuid=row["uuid"],
        version=row["version"],
        account=row["account"],
        claimant=_party(row, PREFIXES[Side.CLAIMANT]),
        holder=_party(row, PREFIXES[Side.HOLDER]),
        opener=row["opener"],
        origin=CollisionOrigin(row["origin"]),
        rules=CollisionRules.from_mapping(row["rules"]),
        rules_version=row["rules_version"],
        verdict=Verdict(trials=tuple(_trial(each) for each in row["verdict"])),
        state=CollisionState(row["state"]),
        rulings=tuple(_ruling(each) for each in row["rulings"]),
        appeal=Appeal(by=told["by"], statement=told["statement"], time=_time(told["time"])) if told else None,
        appeal_end_time=row["appeal_end_time"],
        ending=CollisionEnding(row["ending"]) if row["ending"] else None,
        effects=tuple(_reasons(row["effects"])),
        create_time=row["create_time"],
        update_time=row["update_time"],
        close_time=row["close_time"],
    )


def _party(row: Row, prefix: str) -> Party:
    return Party(
        member=row[f"{prefix}owner"],
        team=row[f"{prefix}team"],
        region=row[f"{prefix}region"],
        registration=row[f"{prefix}registration"],
        opportunity=row[f"{prefix}opportunity"],
        statement=row[f"{prefix}statement"],
        evidence=tuple(row[f"{prefix}evidence"]),
        authors=frozenset(row[f"{prefix}authors"]),
        timeline=tuple(Fact.from_mapping(each) for each in row[f"{prefix}timeline"]),
    )


def _trial_to_json(trial: Trial) -> dict[str, object]:
    return {
        "rule": trial.rule.value,
        **{
            side.value: {**standing.reason.to_mapping(), "source": standing.source, "weight": standing.weight}
            for side, standing in ((Side.CLAIMANT, trial.claimant), (Side.HOLDER, trial.holder))
        },
    }


def _trial(kept: Mapping[str, Any]) -> Trial:
    claimant, holder = (_standing(kept[side.value]) for side in Side)
    return Trial(rule=Precedent(kept["rule"]), claimant=claimant, holder=holder)


def _standing(kept: Mapping[str, Any]) -> Standing:
    return Standing(reason=Reason(kept["code"], kept["parameters"]), source=kept["source"], weight=kept["weight"])


def _ruling_to_json(ruling: Ruling) -> dict[str, object]:
    return {
        "winner": ruling.winner.value,
        "by": ruling.by,
        "reach": ruling.reach,
        "comment": ruling.comment,
        "time": ruling.time.isoformat(),
    }


def _ruling(kept: Mapping[str, Any]) -> Ruling:
    return Ruling(
        winner=Side(kept["winner"]),
        by=kept["by"],
        reach=kept["reach"],
        comment=kept["comment"],
        time=_time(kept["time"]),
    )


def _reasons(kept: Iterable[Mapping[str, Any]]) -> Iterable[Reason]:
    return (Reason(each["code"], each["parameters"]) for each in kept)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
