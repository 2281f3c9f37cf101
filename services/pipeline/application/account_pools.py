"""Keeping pools of customers (公海)."""

from chassis.pools import PoolKeeping
from services.pipeline.application.accounts import WRITING
from services.pipeline.domain.account_pools import (
    AccountPool,
    AccountPoolNotAdministered,
    AccountPoolPartyUnknown,
    open_pool,
)
from services.pipeline.storage.account_pools import POOLS

KEEPING: PoolKeeping[AccountPool] = PoolKeeping(
    pools=POOLS,
    opening=open_pool,
    changing=AccountPool.changed,
    working=WRITING,
    stranger=lambda field, party: AccountPoolPartyUnknown(field=f"account_pool.{field}", party=party),
    not_administered=lambda pool: AccountPoolNotAdministered(pool=pool),
)
