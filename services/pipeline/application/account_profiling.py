"""Going over accounts for what follows from what happened to them (客户画像)."""

from datetime import datetime

from chassis.jobs import carry_out
from chassis.principal import Principal
from chassis.work import Store, UnitOfWork
from services.pipeline.domain.account_profile import Profile, phase_of
from services.pipeline.storage.account_phases import opportunity_states
from services.pipeline.storage.account_profiles import take_due_accounts
from services.pipeline.storage.account_rows import ACCOUNT_RECORD

BATCH = 100


async def profile_due(work: UnitOfWork) -> int:
    """What follows from the opportunities of the accounts that are due is kept and told; how many were gone over."""
    due = await take_due_accounts(work, most=BATCH)
    states = await opportunity_states(work, [account.uuid for account in due])
    for account in due:
        change = account.profiled(Profile(phase=phase_of(states.get(account.uuid, ()))), now=work.now)
        if change.events:
            work.save(ACCOUNT_RECORD, change)
    return len(due)


class ProfileSweep:
    """Keeps profiles up, on the service's own account."""

    def __init__(self, *, store: Store, principal: Principal) -> None:
        self._store = store
        self._principal = principal

    async def sweep(self, _connection: object, _now: datetime) -> int:
        """Go over what is due, at most a batch; how many accounts."""
        return await carry_out(self._store, self._principal, action="profile accounts", use_case=profile_due)
