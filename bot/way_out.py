"""The way out that every message carries which need not come: one tap that says the word for its topic.

The platform shows such a link in a text of the account; tapped, it sends the words in it as a message of the person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from casework.notifications.channel import DeliveryMessage
from casework.notifications.preferences import ACCOUNT, TOPICS_OF
from casework.notifications.shape import Topic
from wechat.replies import MAX_TEXT_BYTES, shorten

THEIRS: Final = TOPICS_OF[ACCOUNT]
_LINK: Final = '<a href="weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid={id}">{label}</a>'


Say = Callable[..., str]
"""`bot.phrases.Phrases.say`, or `Catalogue.text`."""


def way_out(delivery: DeliveryMessage, say: Say) -> str:
    """The last line of a message to a citizen; "" for what comes whatever anybody wishes, and for staff."""
    if delivery.must or delivery.recipient_kind != ACCOUNT:
        return ""
    return stop_link(say, delivery.topic)


def stop_link(say: Say, topic: str) -> str:
    """A tap that ends notices of one topic; of progress, where the message has no topic: a bundle is that."""
    about = topic if topic in THEIRS else Topic.PROGRESS.value
    words = say(f"bot.way_out.stop.{about}")
    label = say("bot.way_out.label", title=say(f"notices.topic.{about}"))
    return _LINK.format(words=words, id=f"stop_{about}", label=label)


def undo_link(say: Say, topic: str) -> str:
    """A tap that takes a choice about one topic back."""
    return _LINK.format(
        words=say(f"bot.way_out.start.{topic}"), id=f"start_{topic}", label=say("bot.way_out.undo")
    )


def with_way_out(text: str, way: str) -> str:
    """The text with its way out, within what the platform shows: a long text is cut, the way out never."""
    if not way:
        return shorten(text)
    ending = f"\n\n{way}"
    return shorten(text, MAX_TEXT_BYTES - len(ending.encode())) + ending
