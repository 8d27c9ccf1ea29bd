"""`yanzhen check`: the event chain, its seals, and that every case is what its events tell."""

import argparse
import json
import sys
from collections.abc import Callable
from itertools import islice

from yanzhen.cases.invariants import look_through
from yanzhen.cases.models import Case
from yanzhen.events.queries import audit

SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Look through everything; the first things that do not fit are named, exit code 1."""
    say = progress() if not args.json else lambda _words: None
    say("核对事件链…")
    record = audit()
    faults = [{"where": one.where, "reason": one.reason} for one in record.breaks[:SHOWN]]
    say(f"事件 {record.events:,} 条，封存 {record.seals:,} 次；核对问题…")
    found = look_through(lambda done: say(f"已核对 {done:,} 件问题…"))
    faults += [{"where": one.where, "reason": one.reason} for one in islice(found, SHOWN)]
    cases = Case.objects.count()
    say("")
    if args.json:
        told = {
            "events": record.events,
            "seals": record.seals,
            "last_digest": record.last_digest,
            "cases": cases,
            "faults": faults,
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
    elif faults:
        for fault in faults[:SHOWN]:
            print(f"{fault['where']}：{fault['reason']}", file=sys.stderr)
    else:
        print(f"事件 {record.events:,} 条、封存 {record.seals:,} 次、问题 {cases:,} 件，都对得上。")
        if record.last_digest:
            print(f"最后一次封存的摘要：{record.last_digest}")
    return 1 if faults else 0


def progress() -> Callable[[str], None]:
    """Return what writes one line over the last one, on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        return lambda _words: None
    return lambda words: print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)
