"""What the program reads when it starts and never changes, read once for all tests of a session."""

from __future__ import annotations

from functools import cache

from app.profile import PROFILE_SECTIONS
from app.shipped import CATALOGUE_FOLDER, SHIPPED_PROFILE
from kit.calendar import HolidayTable
from kit.catalogue import Catalogue
from kit.http.assets import Assets
from kit.profile import Profile, build_profile, read_profile
from web.assets import load_assets


@cache
def catalogue() -> Catalogue:
    """The shipped words."""
    return Catalogue.load(CATALOGUE_FOLDER)


@cache
def assets() -> Assets:
    """The static files and style sheets."""
    return load_assets()


@cache
def profile() -> Profile:
    """The shipped bureau."""
    return build_profile(read_profile(SHIPPED_PROFILE), PROFILE_SECTIONS)


@cache
def holidays() -> HolidayTable:
    """The shipped years."""
    return HolidayTable.load()
