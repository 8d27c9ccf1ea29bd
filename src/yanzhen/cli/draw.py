"""`yanzhen draw`: run the draw of a round again, and hold it against what was recorded.

With `--round` it asks this installation. With `--seed`, `--frame` and `--spec` it needs nothing
but the two files from the round's proof page: whoever doubts a draw runs it on his own machine.
"""

import argparse
import json
import sys
from pathlib import Path

from yanzhen.inspections import draw
from yanzhen.inspections.errors import SeedNotCommitted, SpecUnreadable

DONE, REFUSED, WRONG_USE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--round", type=int, metavar="N", help="本机轮次的编号")
    parser.add_argument("--verify", action="store_true", help="核对：不一致则退出码为 1")
    parser.add_argument("--seed", metavar="HEX", help="公布的种子")
    parser.add_argument("--frame", type=Path, metavar="FILE", help="抽样框文件")
    parser.add_argument("--spec", type=Path, metavar="FILE", help="抽样办法文件")
    parser.add_argument("--commitment", metavar="HEX", help="事先登记的种子摘要，给出则一并核对")


def run(args: argparse.Namespace) -> int:
    if args.round is not None:
        return _of_this_house(args.round, verify=args.verify)
    if not (args.seed and args.frame and args.spec):
        print("请给出 --round，或 --seed、--frame、--spec 三项。", file=sys.stderr)
        return WRONG_USE
    for path in (args.frame, args.spec):
        if not path.is_file():
            print(f"没有文件“{path}”。", file=sys.stderr)
            return WRONG_USE
    seed = draw.require_seed(args.seed)
    if args.commitment and draw.commitment_of(seed) != args.commitment.strip().lower():
        raise SeedNotCommitted
    frame = draw.frame_of(args.frame.read_text(encoding="utf-8"))
    drawn = draw.draw(frame, _spec(args.spec), seed)
    print(f"抽样框：{len(frame)} 个点位，摘要 {draw.digest_of(frame)}")
    print(f"种子摘要：{draw.commitment_of(seed)}")
    print(f"抽中：{len(drawn)} 个点位，摘要 {draw.digest_of_drawn(drawn)}")
    _list(drawn)
    return DONE


def _spec(path: Path) -> draw.DrawSpec:
    try:
        return draw.spec_of(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SpecUnreadable from error


def _of_this_house(number: int, *, verify: bool) -> int:
    from yanzhen.cli.tables import require_tables
    from yanzhen.inspections.models import Round
    from yanzhen.inspections.proof import redraw

    require_tables()
    round_ = Round.objects.filter(pk=number).first()
    if round_ is None or not round_.drawn_digest:
        print(f"没有编号为 {number} 且已抽点的轮次。", file=sys.stderr)
        return REFUSED
    again = redraw(round_id=number)
    print(f"轮次：{round_.name}")
    print(f"种子摘要：{round_.commitment}（{'相符' if again.seed_fits else '不符'}）")
    print(f"种子：{round_.shown_seed or '公布轮次时公开'}")
    print(f"抽样框摘要：{round_.frame_digest}（{'相符' if again.frame_fits else '不符'}）")
    print(
        f"抽中 {len(again.drawn)} 个点位，摘要 {round_.drawn_digest}（{'相符' if again.sites_fit else '不符'}）"
    )
    if not verify:
        _list(again.drawn)
        return DONE
    return DONE if again.is_true else REFUSED


def _list(drawn: list[draw.Drawn]) -> None:
    for one in drawn:
        print(f"{one.code}\t{one.stratum}\t{one.rank}")
