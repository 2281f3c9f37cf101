"""Setting tags of groups (标签组) on accounts by hand."""

from collections.abc import Sequence
from uuid import UUID

from chassis.work import UnitOfWork
from services.pipeline.application.account_profiling import ProfileDesk, profile_of
from services.pipeline.application.accounts import Shown, seen_account, with_phase
from services.pipeline.application.rule_kinds import ACCOUNT_TAGS
from services.pipeline.storage.account_rows import ACCOUNT_RECORD


async def set_account_tags(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, group: str, tags: Sequence[str], desk: ProfileDesk
) -> Shown:
    """Whoever may change an account says which tags of a group it bears, if the group is his; none takes all off.

    Raises AccountNotFound, StaleVersion, AccountArchived, TagGroupUnknown, TagGroupByRule, TagGroupNotYours,
    TagUnknown, TagGroupSingle.
    """
    account = await seen_account(work, uuid, seen)
    groups = (await desk.rulebook.current(work, ACCOUNT_TAGS)).rules.groups
    wanted = groups.set_by_hand(account.hand_tags, group=group, tags=tags, roles=work.principal.roles)
    change = account.tagged(wanted, now=work.now)
    if change.events:
        profile = await profile_of(work, change.aggregate, desk)
        account = work.save(ACCOUNT_RECORD, change.then(lambda tagged: tagged.profiled(profile, now=work.now)))
    return await with_phase(work, account)
