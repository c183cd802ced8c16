"""Tags the account puts on its followers. Tags 0 to 2 are the platform's own."""

from wechat.standin.citizens import Citizens
from wechat.standin.refusals import Refusal

FIRST_OWN_TAG = 100
MOST_TAGS = 100
LONGEST_NAME_BYTES = 30
MOST_OPENIDS_A_CALL = 50
MOST_TAGS_A_CITIZEN = 20
SYSTEM_TAGS = frozenset({0, 1, 2})


class TagBook:
    """Names by number; who has a tag stands with the citizen."""

    def __init__(self, citizens: Citizens) -> None:
        self._citizens = citizens
        self._names: dict[int, str] = {2: "star"}
        self._next = FIRST_OWN_TAG

    def create(self, name: str) -> int:
        self._check_name(name)
        if len(self._names) - 1 >= MOST_TAGS:
            raise Refusal(45056, "too many tag now, no need to add new")
        tag, self._next = self._next, self._next + 1
        self._names[tag] = name
        return tag

    def rename(self, tag: object, name: str) -> None:
        known = self._own(tag)
        if self._names[known] != name:
            self._check_name(name)
            self._names[known] = name

    def delete(self, tag: object) -> None:
        known = self._own(tag)
        for citizen in self._citizens.everyone():
            if known in citizen.tags:
                citizen.tags.remove(known)
        del self._names[known]

    def known(self, tag: object) -> int:
        if isinstance(tag, bool) or not isinstance(tag, int) or tag not in self._names:
            raise Refusal(45159, "invalid tag id")
        return tag

    def all(self) -> list[dict[str, object]]:
        """Number, name and how many followers have it, as the platform lists them."""
        return [
            {"id": tag, "name": name, "count": len(self.holders(tag))} for tag, name in self._names.items()
        ]

    def holders(self, tag: int) -> list[str]:
        return [one.openid for one in self._citizens.everyone() if one.followed and tag in one.tags]

    def put(self, tag: object, openids: object, *, on: bool) -> None:
        """Tag or untag up to fifty followers: all of them, or none when one cannot be."""
        known = self.known(tag)
        if not isinstance(openids, list) or not 1 <= len(openids) <= MOST_OPENIDS_A_CALL:
            raise Refusal(40032, "invalid openid list size")
        citizens = [self._citizens.follower(openid) for openid in openids]
        if on and any(known not in one.tags and len(one.tags) >= MOST_TAGS_A_CITIZEN for one in citizens):
            raise Refusal(45059, "can't add tag more than 20")
        for citizen in citizens:
            if on and known not in citizen.tags:
                citizen.tags.append(known)
            elif not on and known in citizen.tags:
                citizen.tags.remove(known)

    def names(self) -> dict[int, str]:
        return dict(self._names)

    def restore(self, names: dict[int, str]) -> None:
        """Take up the tags of an earlier run."""
        self._names.update(names)
        self._next = max(FIRST_OWN_TAG, *(tag + 1 for tag in self._names))

    def _own(self, tag: object) -> int:
        known = self.known(tag)
        if known in SYSTEM_TAGS:
            raise Refusal(45058, "can't modify sys tag")
        return known

    def _check_name(self, name: str) -> None:
        if not name:
            raise Refusal(45157, "invalid tag name")
        if len(name.encode()) > LONGEST_NAME_BYTES:
            raise Refusal(45158, "tag name length too long")
        if name in self._names.values():
            raise Refusal(45157, "invalid tag name")
