"""How the parts that price, quote and approve discounts are put together."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.jobs import Sweep, carry_out
from chassis.parts import Parts
from chassis.principal import Scope, service_principal
from services.contracts.application.negotiation import Negotiations
from services.contracts.application.quote_desk import QuoteDesk
from services.contracts.application.quotes import MOST_AT_ONCE, expire_quotes
from services.contracts.rpc.contract_wiring import contract_desk, rulebook


def quote_desk(parts: Parts) -> QuoteDesk:
    """Where quotes are written."""

    def make() -> QuoteDesk:
        return QuoteDesk(
            rulebook=rulebook(parts),
            zone=parts.settings.time_zone,
            follow=Negotiations(contract_desk(parts)).approved,
        )

    made: QuoteDesk = parts.once("quote desk", make)
    return made


def quote_sweeps(parts: Parts) -> Sequence[Sweep]:
    """What becomes of quotes by the calendar."""
    store, desk = parts.background_store, quote_desk(parts)
    account = service_principal("contracts", {"contracts.write": Scope.ALL})

    async def expire(_connection: object, _now: datetime) -> int:
        return await carry_out(store, account, action="expire_quotes", use_case=lambda work: expire_quotes(work, desk))

    return (Sweep("expire quotes", timedelta(minutes=10), expire, batch=MOST_AT_ONCE),)
