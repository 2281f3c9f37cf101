"""Keeping pools of leads (线索池)."""

from chassis.pools import PoolKeeping
from services.leads.domain.pools import LeadPool, LeadPoolNotAdministered, LeadPoolPartyUnknown, open_pool
from services.leads.storage.pools import POOLS

KEEPING: PoolKeeping[LeadPool] = PoolKeeping(
    pools=POOLS,
    opening=open_pool,
    changing=LeadPool.changed,
    working="leads.write",
    stranger=lambda field, party: LeadPoolPartyUnknown(field=f"lead_pool.{field}", party=party),
    not_administered=lambda pool: LeadPoolNotAdministered(pool=pool),
)
