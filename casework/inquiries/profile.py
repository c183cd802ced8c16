"""The bureau profile's section `inquiries`: how soon a message to a person is answered."""

from __future__ import annotations

import msgspec

from casework.complaints.profile import PromisedLimit


class InquiryLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time to answer, and for the citizen to write more before an answered inquiry is closed.

    `own_data` is the time to answer a request about one's own data; without it the time for any message.
    """

    answer: PromisedLimit
    close: PromisedLimit
    own_data: PromisedLimit | None = None


class InquiriesSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `inquiries`."""

    limits: InquiryLimits
