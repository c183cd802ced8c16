"""Taking a case that was filed without an identity into one's own account, by whoever holds its receipt.

The account behind such a case is linked into the claimant's, so that it can be parted again. Only an account that is
nothing but this one case is taken: otherwise one receipt would open everything else that was filed beside it.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import citizen
from casework.complaints.models import Complaint
from casework.dangers.models import DangerAlert
from casework.inquiries.models import Inquiry
from casework.people import merging
from casework.people.merging import Basis, Tree
from casework.people.models import Account, PersonalConsent, StaffBinding, WechatIdentity
from casework.permits.models import PermitApplication, PermitDraft
from kit.db import Change, Database
from kit.http.sessions import end_all_for
from kit.problems import Conflict, NotFound

REFUSED = "problem.people.not_claimable"


async def is_claimable(account_id: UUID, complaint_id: UUID) -> bool:
    """Whether this account is nothing but this case: nobody's WeChat, nobody's phone, nothing else filed with it."""
    others = (
        Account.filter(merged_into_id=account_id),
        Account.filter(id=account_id, merged_into_id__isnull=False),
        Account.filter(id=account_id, phone_index__isnull=False),
        WechatIdentity.filter(account_id=account_id),
        StaffBinding.filter(account_id=account_id),
        Inquiry.filter(account_id=account_id),
        PermitApplication.filter(account_id=account_id),
        PermitDraft.filter(account_id=account_id),
        PersonalConsent.filter(account_id=account_id, details_sealed__isnull=False),
        Complaint.filter(account_id=account_id).exclude(id=complaint_id),
        DangerAlert.filter(account_id=account_id).exclude(complaint_id=complaint_id),
    )
    for query in others:
        if await query.exists():
            return False
    return True


async def claim(db: Database, account_id: UUID, complaint_id: UUID) -> None:
    """Make the case of `complaint_id` one of `account_id`'s. The caller has seen the receipt of the case.

    Raises NotFound, Conflict where the case is not to be claimed. To claim one's own case does nothing.
    """

    async def work(change: Change) -> None:
        row = await Complaint.get_or_none(id=complaint_id)
        if row is None or row.account_id is None:
            raise NotFound("problem.complaint.not_found")
        trees = await merging.lock_trees(change, (account_id, row.account_id))
        own, theirs = trees[account_id], trees[row.account_id]
        if own.root_id == theirs.root_id:
            return
        if not await _is_free(own, theirs, row.account_id, complaint_id):
            raise Conflict(REFUSED)
        # A browser that is logged in as the case's account would see everything of the claimant's from now on.
        await end_all_for(change, "citizen", row.account_id)
        await merging.link(change, row.account_id, account_id, Basis.RECEIPT, citizen(account_id))

    await db.change(work)


async def _is_free(own: Tree, theirs: Tree, case_account_id: UUID, complaint_id: UUID) -> bool:
    if not await is_claimable(case_account_id, complaint_id):
        return False
    return not await merging.were_taken_apart(own, theirs)
