"""What the demo adds to the bureau profile: the stand-in's message templates, and no quiet hours: it is tried out at night too."""

from __future__ import annotations

from typing import Any

DEMO_WECHAT: dict[str, Any] = {
    "templates": [
        {
            "id": "standin-case-progress-long-term-0000000001",
            "kind": "long_term",
            "fields": {
                "character_string1": "reference",
                "thing2": "title",
                "phrase3": "phrase",
                "time4": "time",
            },
        },
        {
            "id": "standin-case-progress-one-time-00000000002",
            "kind": "one_time",
            "fields": {
                "character_string1": "reference",
                "thing2": "title",
                "time3": "time",
                "thing4": "thing",
            },
        },
    ]
}
"""In the order of trying. Without a consent both are passed over and a customer-service message is sent."""
DEMO_NOTIFICATIONS: dict[str, Any] = {"quiet_hours": {"from": "00:00", "to": "00:00"}, "sms": "logged"}
DEMO_EXCHANGE: dict[str, Any] = {
    "peers": [
        {
            "code": "12345",
            "name": "12345热线（演示）",
            "kind": "hotline",
            # Nobody listens there: what is tried shows how a message waits.
            "callback": "http://127.0.0.1:9/steps",
        }
    ]
}
DEMO_SECTIONS = {"wechat": DEMO_WECHAT, "notifications": DEMO_NOTIFICATIONS, "exchange": DEMO_EXCHANGE}
"""Laid over the profile that is shipped, and under one of the bureau's own, section by section."""
