"""What work orders are issued and done with."""

from __future__ import annotations

from dataclasses import dataclass

from casework.complaints.desk import Desk
from casework.work_orders.profile import WorkOrdersSection


@dataclass(frozen=True)
class OrderDesk:
    """The complaints the orders are about, and the bureau's rules for orders."""

    complaints: Desk
    section: WorkOrdersSection
