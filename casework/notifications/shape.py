"""What a rule is made of: who, how soon, by which ways, and what holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum

from casework.case_event import CaseEvent


class Audience(StrEnum):
    """For whom a notice is. Staff audiences read theirs in the console.

    Where nobody is a duty officer, the dispatchers are paged in their stead. `UNIT_HEADS` are the heads of the
    unit that has the case, all heads where no unit has it. `CONTRACTOR` is whom an order was issued to.
    `APPROVERS` are who handles an application for a permit: by name, else the window clerks and approvers of its unit.
    `CO_SIGNERS` are those of the unit that is asked, `SURVEYORS` the two officers who are sent. `KEEPERS` are administrators and auditors, without whoever did it and to whom it was done.
    """

    OWNER = "owner"
    ASSIGNEE = "assignee"
    DISPATCHERS = "dispatchers"
    DUTY_OFFICERS = "duty_officers"
    HEADS = "heads"
    UNIT_HEADS = "unit_heads"
    INQUIRY_CLERKS = "inquiry_clerks"
    CONTRACTOR = "contractor"
    APPROVERS = "approvers"
    CO_SIGNERS = "co_signers"
    SURVEYORS = "surveyors"
    KEEPERS = "keepers"


class Lane(IntEnum):
    """What goes first when more waits than can be sent: a danger call never waits behind ten thousand notices."""

    URGENT = 0
    NORMAL = 1
    BULK = 2


class Topic(StrEnum):
    """What a recipient may choose about. The first four are citizens', the others staff's."""

    RESULT = "result"
    PROGRESS = "progress"
    RECEIPT = "receipt"
    ACCOUNT = "account"
    WORK = "work"
    ALARM = "alarm"
    DANGER = "danger"


CITIZENS_TOPICS = (Topic.RESULT, Topic.PROGRESS, Topic.RECEIPT, Topic.ACCOUNT)
STAFF_TOPICS = (Topic.WORK, Topic.ALARM, Topic.DANGER)


class Way(StrEnum):
    """A way to a phone, in the order of which a rule tries them. The next is tried only when the one before
    certainly showed nothing."""

    LONG_TERM = "long_term"
    ONE_TIME = "one_time"
    TEMPLATE = "template"
    CUSTOM = "custom"
    SMS = "sms"


ALL_WAYS = (Way.LONG_TERM, Way.ONE_TIME, Way.TEMPLATE, Way.CUSTOM)


class Doubt(StrEnum):
    """What to do when nobody can tell whether a message was shown: leave it, or risk a second one."""

    SILENCE = "silence"
    REPEAT = "repeat"


class Bundle(StrEnum):
    """Whether notices of this rule are gathered, and when the bundle goes out."""

    NEVER = "never"
    HOURLY = "hourly"
    MORNING = "morning"
    EVENING = "evening"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of the table: this event is told to this audience in these words.

    `when` names a condition of `conditions.CONDITIONS`. `fresh_for`: later than this after the event nobody is told
    any more. `hold_at_night`: what comes up in the quiet hours goes out when they end. `must`: nobody can do without
    it, neither by preference nor by unsubscribing. `page`: members of staff are called through the channel, on their
    own WeChat where they have bound one, and not only shown it in the console. `escalate_after`: when nobody among
    them has answered by then, `escalate_to` is called.
    """

    code: str
    event: type[CaseEvent]
    audience: Audience
    template: str
    topic: Topic
    when: str = ""
    fresh_for: timedelta = timedelta(days=3)
    lane: Lane = Lane.NORMAL
    ways: tuple[Way, ...] = ALL_WAYS
    hold_at_night: bool = False
    bundle: Bundle = Bundle.NEVER
    on_doubt: Doubt = Doubt.SILENCE
    must: bool = False
    page: bool = False
    escalate_after: timedelta | None = None
    escalate_to: Audience | None = None
    enabled: bool = True

    @property
    def is_sent(self) -> bool:
        """Whether it may leave the house, and not only stand in the console."""
        return self.audience is Audience.OWNER or self.page or self.bundle is not Bundle.NEVER
