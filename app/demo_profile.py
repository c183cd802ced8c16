"""What the demo adds to the bureau profile: the message templates that the stand-in's account has."""

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
