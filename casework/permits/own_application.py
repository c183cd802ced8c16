"""Whether an application is a member of staff's own: whoever has a part in it does nothing for the bureau about it.

A part in it has not only who applies, but everybody who stands in the form by a number of theirs: those who apply together,
the agent, whoever is to be called.
"""

from __future__ import annotations

from collections.abc import Iterator

from casework.actors import Actor
from casework.people.merging import members
from casework.people.models import Account, Staff, StaffBinding, VerifiedIdentity
from casework.people.own_numbers import number_index
from casework.people.phone import normalised_phone
from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication
from casework.permits.written import opened_form
from kit.numbers import is_identity_number


async def is_own(desk: PermitDesk, actor: Actor, row: PermitApplication) -> bool:
    """Whether a member of staff has a part in it: by their own numbers, by the WeChat bound to them, or by the phone or the
    identity verified for it.
    """
    if actor.kind != "staff" or actor.id is None:
        return False
    numbers, phones = _indexes(desk, row)
    person = await Staff.filter(id=actor.id).only("id", "phone_index", "identity_index").first()
    if person is not None and (person.phone_index in phones or person.identity_index in numbers):
        return True
    for bound in await StaffBinding.filter(staff_id=actor.id, unbound_at=None):
        ids = await members(bound.account_id)
        if row.account_id is not None and row.account_id in ids:
            return True
        if phones and await Account.filter(id__in=list(ids), phone_index__in=sorted(phones)).exists():
            return True
        vouched = VerifiedIdentity.filter(account_id__in=list(ids), ended_at=None)
        if numbers and await vouched.filter(number_index__in=sorted(numbers)).exists():
            return True
    return False


def _indexes(desk: PermitDesk, row: PermitApplication) -> tuple[set[str], set[str]]:
    """By which the numbers and the telephones in the form are compared; those of the row while it is nobody's yet."""
    numbers = {row.holder_index} if row.holder_index is not None else set()
    phones = {row.phone_index} if row.phone_index is not None else set()
    for word in _words(desk, row):
        if is_identity_number(word):
            numbers.add(number_index(desk.sealer, word))
        elif (phone := normalised_phone(word)) is not None:
            phones.add(desk.sealer.blind_index(phone).hex())
    return numbers, phones


def _words(desk: PermitDesk, row: PermitApplication) -> Iterator[str]:
    """Every value of the form, and of those with several lines the last word: there is the number of who applies together."""
    for value in opened_form(desk, row).values.values():
        for line in value if isinstance(value, list) else [value]:
            yield line
            yield line.rpartition(" ")[2]
