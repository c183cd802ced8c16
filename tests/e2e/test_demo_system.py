"""What the demo is set up with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from app.shipped import SHIPPED_PROFILE
from tests.e2e.system import a_system_in


def document_in(folder: Path, profile: Path | None = None) -> dict[str, Any]:
    system = a_system_in(folder)
    try:
        if profile is not None:
            system.env["BUREAU_PROFILE"] = str(profile)
            system.cli("migrate")
        ((document,),) = system.rows("SELECT document FROM profile_version ORDER BY id DESC LIMIT 1")
    finally:
        system.close()
    found: dict[str, Any] = json.loads(document)
    return found


def test_whoever_tries_the_demo_at_night_is_told_at_once(tmp_path: Path) -> None:
    said = document_in(tmp_path / "own")["notifications"]
    assert said["quiet_hours"] == {"from": "00:00", "to": "00:00"}
    assert said["sms"] == "logged"


def test_a_bureau_that_tries_its_own_profile_keeps_its_night(tmp_path: Path) -> None:
    own = Path(shutil.copytree(SHIPPED_PROFILE, tmp_path / "bureau"))
    said = document_in(tmp_path / "own", own)["notifications"]
    assert said["quiet_hours"] == {"from": "22:00", "to": "07:00"}


def test_the_shopkeeper_of_the_demo_has_a_sign_and_notices_of_their_own(tmp_path: Path) -> None:
    system = a_system_in(tmp_path / "own")
    try:
        [[account]] = system.rows("select account_id from sign where words = '周记面馆' and state = 'in_use'")
        notices = system.rows("select account_id, state from rectification_notice order by state")
        assert notices == [(account, "issued"), (account, "reported")]
        [[code]] = system.rows("select code from sign")
        assert system.rows(f"select source from complaint where scene_code = '{code}'") == [("phone",)]
    finally:
        system.close()
