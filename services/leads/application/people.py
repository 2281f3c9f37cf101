"""Who may get leads now, with the load each carries."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from chassis.organization import Organization, Snapshot
from chassis.work import Read
from services.leads.domain.assignment_rules import AssignmentRules
from services.leads.domain.board import Board, Salesperson
from services.leads.storage.ledger import read_loads
from trade.industries import industry_codes

_SENIOR = "senior"


class People:
    """The salespeople in memory; loads are read once per `max_age` seconds and what this process gives is added.

    Between two looks the other processes' gifts are not seen, so a member may get a lead or two over his capacity.
    That is the price of creates that never wait for one another.
    """

    def __init__(self, organization: Organization, *, max_age: float = 1.0) -> None:
        self._organization = organization
        self._max_age = max_age
        self._board: Board | None = None
        self._known: tuple[Snapshot, AssignmentRules, date] | None = None
        self._checked = 0.0

    async def available(self, read: Read, *, rules: AssignmentRules, today: date) -> tuple[Snapshot, Board]:
        """The organization, and how everybody stands whose role takes leads."""
        snapshot = await self._organization.current()
        time = asyncio.get_running_loop().time()
        known = self._known
        same = known is not None and known[0] is snapshot and known[1] is rules and known[2] == today
        if self._board is None or not same or time - self._checked > self._max_age:
            self._checked = time
            self._known = (snapshot, rules, today)
            self._board = Board(await self._look(read, snapshot, rules, today), rules)
        return snapshot, self._board

    async def _look(self, read: Read, snapshot: Snapshot, rules: AssignmentRules, today: date) -> list[Salesperson]:
        loads = await read_loads(read, since=today - timedelta(days=rules.recent_days - 1))
        return salespeople(snapshot, rules, loads)


def salespeople(snapshot: Snapshot, rules: AssignmentRules, loads: Mapping[UUID, tuple[int, int]]) -> list[Salesperson]:
    """Whoever takes leads by the rules, with the load he has: open leads, and those he got lately."""
    people = []
    for member in snapshot.members.values():
        if not member.active or not rules.roles & member.roles:
            continue
        open_leads, recent = loads.get(member.uuid, (0, 0))
        people.append(
            Salesperson(
                member=member.uuid,
                display_name=member.display_name,
                team=member.team,
                region=snapshot.region_of(member),
                skills=frozenset(industry_codes(member.skills)),
                senior=member.seniority == _SENIOR,
                capacity=member.capacity,
                on_duty=member.takes_work,
                open_leads=open_leads,
                recent_leads=recent,
            )
        )
    return people
