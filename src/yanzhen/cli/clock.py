"""`yanzhen clock`: do now what only the passing of time brings about. Repeating it is harmless.

`yanzhen serve` does the same by itself; this is for a city that serves without its job runner,
and for replaying a day.
"""

import argparse
import sys
from datetime import datetime

from django.utils import timezone

from yanzhen.accounts.operations import system_user
from yanzhen.cases.operations import lapse_extensions
from yanzhen.core.time import city_zone
from yanzhen.core.words import full_date
from yanzhen.events.operations import make_seal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--now",
        help="当作现在的时间，如 2026-11-21T14:05；不写时区则为北京时间，默认此刻",
    )


def run(args: argparse.Namespace) -> int:
    now = timezone.now()
    if args.now:
        try:
            now = moment(args.now)
        except ValueError:
            print(f"时间“{args.now}”读不懂，应如 2026-11-21T14:05。", file=sys.stderr)
            return 2
    lapsed = lapse_extensions(actor=system_user(), now=now)
    seal = make_seal(now=now)
    print(f"时钟：{full_date(now)}")
    print(f"延期申请作废：{lapsed} 件")
    print(f"封存：到第 {seal.through_event_id} 条事件" if seal else "封存：没有新事件")
    return 0


def moment(text: str) -> datetime:
    """Read a moment as a person writes it, in the city's time unless another is named."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=city_zone())
