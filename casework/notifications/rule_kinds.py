"""The kinds of rules there are, so that each line of the table says only what is its own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from casework.deadlines.events import DeadlineReached
from casework.notifications.shape import Audience, Lane, Rule, Topic

SOON = timedelta(hours=1)
OWNER, ASSIGNEE, DISPATCHERS = Audience.OWNER, Audience.ASSIGNEE, Audience.DISPATCHERS
DUTY_OFFICERS, HEADS, INQUIRY_CLERKS = Audience.DUTY_OFFICERS, Audience.HEADS, Audience.INQUIRY_CLERKS
UNIT_HEADS, CONTRACTOR, KEEPERS = Audience.UNIT_HEADS, Audience.CONTRACTOR, Audience.KEEPERS
APPROVERS, CO_SIGNERS, SURVEYORS = Audience.APPROVERS, Audience.CO_SIGNERS, Audience.SURVEYORS

# The bureau acts in office hours, but moves of the clock and late workers do not: nobody is woken by them.
progress_rule = partial(Rule, audience=OWNER, topic=Topic.PROGRESS, hold_at_night=True)
result_rule = partial(Rule, audience=OWNER, topic=Topic.RESULT, must=True, hold_at_night=True)
# Told within the conversation, so to say: whoever just did something is awake.
receipt_rule = partial(Rule, audience=OWNER, topic=Topic.RECEIPT, fresh_for=timedelta(days=1))
account_rule = partial(Rule, audience=OWNER, topic=Topic.ACCOUNT, must=True)
work_rule = partial(Rule, topic=Topic.WORK)
called_rule = partial(Rule, topic=Topic.WORK, page=True, hold_at_night=True)
deadline_rule = partial(
    Rule, event=DeadlineReached, topic=Topic.ALARM, fresh_for=timedelta(days=1), hold_at_night=True
)
due_rule = partial(
    deadline_rule,
    template="notify.staff.deadline_due",
    page=True,
    escalate_after=timedelta(minutes=30),
    escalate_to=HEADS,
)
danger_rule = partial(Rule, topic=Topic.DANGER, lane=Lane.URGENT, fresh_for=SOON, page=True, must=True)
