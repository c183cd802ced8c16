"""`profile check`: every mistake of a bureau profile, with file and line, before `migrate` takes it over."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from app.environment import read_settings
from app.permit_profile import SECTION, readable_permit_faults
from app.profile import PROFILE_REFUSED, PROFILE_SECTIONS, complaint_policy, rule_book
from app.refusals import CommandRefused
from app.shipped import SHIPPED_PROFILE
from casework.exchange.profile import ExchangeSection, check_platforms
from casework.routing.profile import RoutingSection
from casework.routing.profile import check as check_routing
from content.interpretations.laws import shipped_laws
from kit.clock import SystemClock, local
from kit.profile import Profile, ProfileDocument, ProfileError, build_profile, read_profile

OK, MISTAKEN = 0, 1
UNREAD = "别的各节之间的矛盾（派单、外部平台、通知规则），改好上面各处以后再检查。"


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    checking = actions.add_parser(
        "check", help="检查单位画像：写错的、前后矛盾的、依据查不到的，每处一行，写明文件和行号"
    )
    checking.add_argument(
        "path",
        nargs="?",
        type=Path,
        metavar="文件或文件夹",
        help="默认 BUREAU_PROFILE；只给一个文件时，其余各节用 BUREAU_PROFILE 的",
    )
    checking.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    base: Path = read_settings(for_wechat=False).bureau_profile or SHIPPED_PROFILE
    path: Path = arguments.path or base
    if not path.exists():
        raise CommandRefused(f"没有文件或文件夹 {path}。")
    unread: list[str] = []
    try:
        document = document_of(path, base)
    except ProfileError as error:
        mistakes = list(error.faults)
    else:
        mistakes, unread = checked(document, local(SystemClock().now()).date())
    for one in (*mistakes, *unread):
        print(one)
    if mistakes:
        print(f"共 {len(mistakes)} 处，改好以后再执行 chengguan migrate。")
        return MISTAKEN
    print(f"没有发现问题：{path}")
    return OK


def document_of(path: Path, base: Path) -> ProfileDocument:
    """The profile of a folder, or of a file whose sections take the place of those of `base`."""
    document = read_profile(path)
    return document if path.is_dir() else read_profile(base).with_sections(document)


def mistakes_of(document: ProfileDocument, on: date) -> list[str]:
    """All there is to say, also where a section or a kind cannot even be read. Samples lie beside the file of the kinds."""
    return checked(document, on)[0]


def checked(document: ProfileDocument, on: date) -> tuple[list[str], list[str]]:
    """Every mistake, and what could not be looked at because of them."""
    found: list[str] = []
    unread: list[str] = []
    try:
        profile = build_profile(document, PROFILE_SECTIONS)
    except ProfileError as error:
        found += error.faults
        unread.append(UNREAD)
    else:
        found += _between_sections(profile)
    place = document.place((SECTION,))
    folder = place.path.parent if place is not None else SHIPPED_PROFILE
    faults, kinds = readable_permit_faults(document, folder, shipped_laws(), on)
    return found + faults, unread + kinds


def _between_sections(profile: Profile) -> list[str]:
    found: list[str] = []
    for check in (
        lambda: complaint_policy(profile),
        lambda: check_routing(profile.section(RoutingSection), complaint_policy(profile)),
        lambda: check_platforms(profile.section(ExchangeSection), complaint_policy(profile)),
        lambda: rule_book(profile),
    ):
        try:
            check()
        except PROFILE_REFUSED as error:
            found += [one for one in str(error).splitlines() if one not in found]
    return found
