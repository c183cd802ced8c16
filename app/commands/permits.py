"""`permits verify|keys|recompute`: check an e-permit without a network, turn the keys over, reckon the promise again."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec

from app.environment import read_settings
from app.refusals import CommandRefused
from app.shipped import CATALOGUE_FOLDER
from casework.figures.sheet import digest_of
from casework.figures.wording import percent
from casework.permits.credentials import Verdict
from casework.permits.key_lists import KeyListError, read_list, verify_offline
from casework.permits.promise import OTHER, PromiseLine, figures_of
from casework.permits.promise_sheet import read
from kit.catalogue import Catalogue
from kit.clock import SystemClock, local, shown_end
from kit.problems import Invalid
from kit.signing_keys import SigningKeys

OK, NOT_VALID = 0, 2
LARGEST_BYTES = 64 * 1024 * 1024
STANDINGS = {"next": "备用，已公布", "active": "正在签名", "old": "旧的，签过的仍有效", "withdrawn": "已作废"}
BAD_LISTS = {
    "malformed": "不是名单文件，请从 /public/verify/keys.json 重新下载",
    "unknown_key": "不是所指的密钥签的名单",
    "altered": "名单被改动过，和签名对不上",
}


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    verifying = actions.add_parser("verify", help="按保存的名单离线查验一张许可证；不是有效的退出码为 2")
    verifying.add_argument("token", metavar="内容", help="二维码里的整个网址，或它最后一段")
    verifying.add_argument("--list", type=Path, required=True, metavar="文件", help="保存的 keys.json")
    verifying.add_argument("--key", metavar="编号", help="名单只信这个密钥签的，如公布栏上印的编号")
    verifying.set_defaults(run=_verify)
    again = actions.add_parser("recompute", help="由公布的底表复算承诺兑现数据，与公布的页面对照")
    again.add_argument("file", type=Path, metavar="底表", help="从公布页面下载的 CSV")
    again.add_argument("--json", action="store_true", help="以 JSON 输出结果")
    again.set_defaults(run=_recompute)
    _add_keys(actions)


def _add_keys(actions: Any) -> None:
    parser = actions.add_parser("keys", help="电子许可证的签名密钥：列出、新增、启用、作废")
    acts = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    acts.add_parser("list", help="有哪些密钥").set_defaults(run=_list)
    making = acts.add_parser("new", help="生成一个备用密钥，先随名单公布，过一两天再启用")
    making.add_argument("--use", action="store_true", help="马上启用：第一次安装，或现用的已泄露")
    making.set_defaults(run=_new)
    using = acts.add_parser("use", help="改用备用密钥签名，原来的变成旧的：签过的仍有效")
    using.add_argument("id", metavar="编号")
    using.set_defaults(run=_use)
    ending = acts.add_parser("withdraw", help="作废旧的或备用的密钥：它签过的不再作数，要重新换发")
    ending.add_argument("id", metavar="编号")
    ending.set_defaults(run=_withdraw)


def _verify(arguments: argparse.Namespace) -> int:
    try:
        trusted = frozenset({arguments.key}) if arguments.key else None
        content, signer = read_list(_content(arguments.list), trusted)
    except KeyListError as error:
        raise CommandRefused(f"{arguments.list}：{BAD_LISTS[error.why]}。") from None
    text = _catalogue().text
    found = verify_offline(
        arguments.token.strip().partition("?")[0].rpartition("/")[2], content, SystemClock().now()
    )
    print(f"{text(f'verify.offline.said.{_what(found)}')}：{_sentence(found, text)}")
    if (claims := found.claims) is not None:
        last_on, last_at = shown_end(claims.valid_until_at)
        until = f"{local(claims.valid_from_at):%Y-%m-%d %H:%M} 至 {last_on} {last_at}"
        area = f"，{claims.a:g} 平方米" if claims.a is not None else ""
        print(f"纸上应当写着：{claims.n}，{claims.k}，{claims.h}，{claims.p}{area}，{until}")
    print(f"依据第 {content.number} 号名单（{local(content.made_at):%Y-%m-%d %H:%M}），{content.bureau}")
    if trusted is None:
        print(f"名单由密钥 {signer} 签名：请与公布的编号对照，或用 --key 写明。")
    return OK if found.outcome == "valid" else NOT_VALID


def _what(found: Verdict) -> str:
    if found.is_renewing:
        return "renewing"
    return found.ended.ending if found.ended is not None and found.outcome != "valid" else found.outcome


def _sentence(found: Verdict, text: Any) -> str:
    said = "verify.offline.said."
    if found.outcome == "fake":
        return str(text(said + found.fault))
    if found.ended is None:
        return str(text(f"{said}{'renewing' if found.is_renewing else found.outcome}_said"))
    key = "replaced_said" if found.ended.ending == "replaced" else "ended_said"
    words = text(said + ("to_be_replaced_said" if found.outcome == "valid" else key))
    return str(words).replace("AT", f"{local(found.ended.at):%Y-%m-%d %H:%M}").replace("BY", found.ended.by)


def _keys() -> SigningKeys:
    return SigningKeys(read_settings(for_wechat=False).key_dir)


def _list(_: argparse.Namespace) -> int:
    held = _keys().held().keys
    for key in held:
        made, changed = (f"{local(at):%Y-%m-%d %H:%M}" for at in (key.made_at, key.changed_at))
        print(f"{key.id}  {key.alg}  {STANDINGS[key.standing]}（生成 {made}，变动 {changed}）")
    if not held:
        print("还没有签名密钥：请执行 chengguan permits keys new --use。")
    return OK


def _new(arguments: argparse.Namespace) -> int:
    id = _keys().add(SystemClock().now(), use=arguments.use)
    print(f"已生成密钥 {id}。" + ("现在起用它签名。" if arguments.use else "名单公布之后再执行 use。"))
    print("请随即执行 chengguan backup --keys，连同新密钥另存一份。")
    return OK


def _use(arguments: argparse.Namespace) -> int:
    _keys().use(arguments.id, SystemClock().now())
    print(f"现在起用 {arguments.id} 签名；原来的只用来查验，它的私钥已删除。")
    return OK


def _withdraw(arguments: argparse.Namespace) -> int:
    _keys().withdraw(arguments.id, SystemClock().now())
    print(f"密钥 {arguments.id} 已作废：它签过的许可证查验时会说要换发。")
    return OK


def _recompute(arguments: argparse.Namespace) -> int:
    catalogue, path = _catalogue(), arguments.file
    try:
        content = _content(path).decode("utf-8")
        found = figures_of(read(content, catalogue))
    except UnicodeDecodeError:
        raise CommandRefused(f"{path} 不是 UTF-8 文字，请重新下载，不要用表格软件另存。") from None
    except Invalid as problem:
        raise CommandRefused(catalogue.text(problem.key, **problem.params)) from None
    digest = digest_of(content)
    if arguments.json:
        print(json.dumps({"digest": digest, "figures": msgspec.to_builtins(found)}, ensure_ascii=False))
        return OK
    print(f"SM3 校验值 {digest}")
    print(_line("全部", found.whole))
    for line in found.kinds:
        print("  " + _line(catalogue.text("figures.other") if line.kind == OTHER else line.kind, line))
    for organ, count in found.organs.items():
        print(f"因 {organ} 会签超时 {count} 件")
    return OK


def _line(name: str, line: PromiseLine) -> str:
    """Times in working minutes, as they stand in the file."""
    surveys = percent(line.surveys_kept / line.surveyed if line.surveyed else None)
    decisions = percent(line.decisions_kept / line.promised if line.promised else None)
    satisfied = percent(line.satisfied / line.rated if line.rated else None)
    return (
        f"{name}：{line.cases} 件，按时踏勘 {line.surveys_kept}/{line.surveyed}（{surveys}，中位 {line.survey_median} 分钟），"
        f"按时办结 {line.decisions_kept}/{line.promised}（{decisions}，中位 {line.decision_median} 分钟），"
        f"超时未办结 {line.still_open} 件，撤回 {line.withdrawn} 件，满意 {satisfied}"
    )


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_BYTES:
        raise CommandRefused(f"{path} 太大，不像公布的文件。")
    return path.read_bytes()


def _catalogue() -> Catalogue:
    return Catalogue.load(CATALOGUE_FOLDER)
