"""What happened to leads since they entered a programme, as far as its exits ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from chassis.prepared import Prepared
from chassis.work import Read
from services.leads.domain.nurturing.enrolment import Nurturing
from services.leads.storage.families import FAMILY

# Behind a lead that others were merged into, what was done about those counts too.
_FOLLOWED = Prepared(
    text(
        "select w.nurturing, bool_or(f.create_time >= w.since) as followed_up, "  # noqa: S608 - our own words
        "coalesce(bool_or(f.next_step_time > cast(:now as timestamptz)), false) as planned "
        "from unnest(cast(:nurturings as uuid[]), cast(:leads as uuid[]), cast(:since as timestamptz[])) "
        "as w(nurturing, lead, since) "
        f"cross join lateral ({FAMILY.format(of='select w.lead')}) l "
        "join lead_follow_ups f on f.lead = l.lead and not f.withdrawn group by w.nurturing"
    )
)


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """Leads in programmes that were followed up since they entered, and those with whom a next step is planned."""

    since_entering: frozenset[UUID]
    with_next_step: frozenset[UUID]


async def followed_up(read: Read, nurturings: Sequence[Nurturing]) -> FollowedUp:
    """Which of these leads somebody works by hand; they answer to the service's own account."""
    rows = await read.rows(
        _FOLLOWED,
        nurturings=[each.uuid for each in nurturings],
        leads=[each.lead for each in nurturings],
        since=[each.enter_time for each in nurturings],
    )
    return FollowedUp(
        since_entering=frozenset(row["nurturing"] for row in rows if row["followed_up"]),
        with_next_step=frozenset(row["nurturing"] for row in rows if row["planned"]),
    )
