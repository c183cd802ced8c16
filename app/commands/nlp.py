"""`nlp train-categories|eval-categories|models|use|retire`: the model that suggests a category from words."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from app.commands.running import with_database, with_desk
from app.refusals import CommandRefused
from casework.actors import system
from casework.complaints import category_models as models
from casework.complaints.category_models import AT_LEAST, ModelLine, Report
from casework.complaints.desk import Desk
from content.interpretations.answering import serving_segmenter
from kit.clock import local
from kit.db import Database
from nlp.labelled import LabelledFileError, read_labelled
from nlp.measuring import Scores, scores_of, trained
from nlp.training import TrainingError

STANDINGS = {"in_force": "正在使用", "trained": "未启用", "retired": "已停用"}


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    training = actions.add_parser("train-categories", help="用本单位已办结案件的分类训练，报告各类对不对得上")
    training.add_argument(
        "--at-least",
        type=int,
        default=AT_LEAST,
        metavar="件",
        help=f"一类不到这么多件就不学，默认 {AT_LEAST}",
    )
    training.add_argument("--activate", action="store_true", help="训练好就启用；不如关键词准的不启用")
    training.set_defaults(run=_train)
    scoring = actions.add_parser("eval-categories", help="用一个标注文件训练，用另一个打分；不读数据库")
    scoring.add_argument(
        "--train", required=True, type=Path, metavar="文件", help='每行一条 {"text": …, "label": …}'
    )
    scoring.add_argument("--test", required=True, type=Path, metavar="文件", help="同样的写法")
    scoring.add_argument("--json", action="store_true", help="以一行 JSON 输出")
    scoring.set_defaults(run=_evaluate)
    listing = actions.add_parser("models", help="列出训练过的模型")
    listing.set_defaults(run=_list)
    using = actions.add_parser("use", help="启用一个模型；各进程在一两秒内换上，不用重启")
    using.add_argument("id", help="模型编号（或它的开头几位），见 chengguan nlp models")
    using.set_defaults(run=_use)
    retiring = actions.add_parser("retire", help="停用模型，改回用关键词猜")
    retiring.set_defaults(run=_retire)


def _evaluate(arguments: argparse.Namespace) -> int:
    segmenter = serving_segmenter()
    try:
        learnt, asked = read_labelled(arguments.train), read_labelled(arguments.test)
        begun = time.perf_counter()
        model = trained(learnt, segmenter)
        seconds = time.perf_counter() - begun
    except (LabelledFileError, TrainingError) as exc:
        raise CommandRefused(str(exc)) from exc
    predicted, took = [], []
    model.predict(asked[0].text, segmenter)  # tables are read at first use
    for one in asked:
        # Of this thread alone: what else the machine does is no cost of ours.
        started = time.thread_time_ns()
        found = model.predict(one.text, segmenter)
        took.append(time.thread_time_ns() - started)
        predicted.append(found.label if found is not None else "")
    scores = scores_of([one.label for one in asked], predicted)
    p99_us = sorted(took)[min(len(took) - 1, len(took) * 99 // 100)] / 1_000
    if arguments.json:
        said = {
            "macro_f1": scores.macro_f1,
            "accuracy": scores.accuracy,
            "p99_us": round(p99_us, 1),
            "trained": len(learnt),
            "tested": len(asked),
            "train_s": round(seconds, 2),
        }
        print(msgspec.json.encode(said).decode())
        return 0
    print(
        f"训练 {len(learnt)} 条（{seconds:.1f} 秒），打分 {len(asked)} 条，一条约 {p99_us:.0f} 微秒处理器时间（p99）。"
    )
    _print_scores(scores)
    return 0


def _train(arguments: argparse.Namespace) -> int:
    if arguments.at_least < 5:
        raise CommandRefused("--at-least 至少是 5：更少的案件分不出哪些留着打分。")

    async def work(desk: Desk) -> tuple[Report, UUID, int]:
        cases = await models.decided_cases(desk.policy)
        examples, left_out = models.enough_of(cases, arguments.at_least)
        if len({one.label for one in examples}) < 2:
            raise CommandRefused(
                f"已办结、有分类的案件共 {len(cases)} 件，够 {arguments.at_least} 件的分类不到两个，还不能训练。"
            )
        try:
            model, report = models.trained(examples, left_out, desk.policy, serving_segmenter())
        except TrainingError as exc:
            raise CommandRefused(str(exc)) from exc
        return report, await models.keep(desk.db, system(), model, report, len(examples)), len(examples)

    report, id, cases = with_desk(work)
    print(f"用 {cases} 件已办结案件训练，编号 {id}。下面是轮流留出五分之一打分的结果。")
    _print_scores(report.model)
    print(
        f"同样这些案件，关键词的平均 F1 是 {report.keywords.macro_f1:.3f}，准确率 {report.keywords.accuracy:.1%}。"
    )
    if report.left_out:
        print(
            "件数太少、没有学的分类："
            + "、".join(f"{code} {count} 件" for code, count in report.left_out.items())
        )
    if arguments.activate:
        _activate(id)
    else:
        print(f"还没有启用。启用：chengguan nlp use {str(id)[:8]}")
    return 0


def _use(arguments: argparse.Namespace) -> int:
    def found(lines: Sequence[ModelLine]) -> UUID:
        wanted = arguments.id.strip().lower()
        matching = [line.id for line in lines if wanted and str(line.id).startswith(wanted)]
        if not matching:
            raise CommandRefused(f"没有编号以“{arguments.id}”开头的模型，请看 chengguan nlp models。")
        if len(matching) > 1:
            raise CommandRefused(f"编号以“{arguments.id}”开头的模型不止一个，请多写几位。")
        return matching[0]

    async def listed(_: Database) -> list[ModelLine]:
        return await models.all_models()

    _activate(found(with_database(listed)))
    return 0


def _activate(id: UUID) -> None:
    async def work(db: Database) -> None:
        await models.activate(db, system(), id)

    with_database(work)
    print(f"已启用模型 {id}。它只给建议，分类仍由工作人员定。")


def _list(_: argparse.Namespace) -> int:
    async def work(_: Database) -> list[ModelLine]:
        return await models.all_models()

    lines = with_database(work)
    if not lines:
        print("还没有训练过模型；现在按关键词猜分类。")
    for line in lines:
        print(
            f"{line.id}  {local(line.trained_at):%Y-%m-%d %H:%M}  {STANDINGS[line.standing]}  {line.cases} 件  "
            f"平均 F1 {line.report.model.macro_f1:.3f}（关键词 {line.report.keywords.macro_f1:.3f}）"
        )
    return 0


def _retire(_: argparse.Namespace) -> int:
    async def work(db: Database) -> bool:
        return await models.retire(db, system())

    print("已停用，改回用关键词猜。" if with_database(work) else "本来就没有启用的模型。")
    return 0


def _print_scores(scores: Scores) -> None:
    print(f"平均 F1 {scores.macro_f1:.3f}，准确率 {scores.accuracy:.1%}。各类（件数、准、全、F1）：")
    for label, one in scores.by_label.items():
        print(f"  {label}  {one.cases}  {one.precision:.2f}  {one.recall:.2f}  {one.f1:.2f}")
