"""What analytics publishes of targets."""

from millrace.analytics.v1 import target_events_pb2 as target_events
from millrace.analytics.v1 import target_pb2

from chassis.publication import Publication, Publications
from chassis.wire import money_message, named
from kernel.money import Money
from services.analytics.domain import targets as domain
from services.analytics.domain.targets import MONEY, RATES, Target


def _snapshot(target: Target) -> target_events.TargetSnapshot:
    value = target.value
    snapshot = target_events.TargetSnapshot(
        name=named("targets", target.uuid),
        year=target.year,
        kpi=target_pb2.Kpi.Value(f"KPI_{target.kpi.name}"),
        subject=target.subject.name,
        weight=value.weight,
    )
    if target.kpi in MONEY:
        snapshot.amount.CopyFrom(money_message(Money(minor=value.number, currency=value.currency)))
    elif target.kpi in RATES:
        snapshot.rate.value = str(value.rate)
    else:
        snapshot.count = value.number
    return snapshot


TARGETS: Publications = {
    domain.TargetCreated: Publication(
        "target.created", lambda _, after: target_events.TargetCreated(target=_snapshot(after))
    ),
    domain.TargetUpdated: Publication(
        "target.updated", lambda _, after: target_events.TargetUpdated(target=_snapshot(after))
    ),
}
