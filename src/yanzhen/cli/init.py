"""`yanzhen init`: the database and what a city needs before its first case. Safe to repeat."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.cases.rulemaking import install_categories, install_clock_policies
from yanzhen.cli import assets
from yanzhen.frameworks.operations.negative import install_negative_kinds
from yanzhen.frameworks.operations.shipped import install_checklists, install_frameworks
from yanzhen.places.enums import Level
from yanzhen.places.models import Area
from yanzhen.places.operations.areas import add_area
from yanzhen.places.operations.site_types import install_site_types


def install_city(*, actor: User, now: datetime) -> int:
    """Add the city itself, under which every other area comes and the first posts are given."""
    code = settings.YANZHEN_CITY_CODE
    if Area.objects.filter(code=code).exists():
        return 0
    name = settings.YANZHEN_CITY_NAME
    add_area(code=code, name=name, level=Level.CITY, actor=actor, now=now)
    return 1


INSTALLATIONS: list[tuple[str, Callable[..., int]]] = [
    ("城市", install_city),
    ("点位类型", install_site_types),
    ("问题类别", install_categories),
    ("时限规则", install_clock_policies),
    ("测评体系示例", install_frameworks),
    ("检查清单", install_checklists),
    ("负面清单示例", install_negative_kinds),
]
"""What is shipped, in the order in which it builds on itself; each adds what is missing."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="只在出错时输出")


def run(args: argparse.Namespace) -> int:
    initialise(now=timezone.now(), say=(lambda _text: None) if args.quiet else print)
    return 0


def initialise(*, now: datetime, say: Callable[[str], None]) -> None:
    """Bring the installation up to this version: folders, tables, shipped rows, static files."""
    for folder in (settings.YANZHEN_HOME, settings.MEDIA_ROOT):
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o750)
    say("数据表：建立或更新…")
    call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        actor = system_user()
        for name, install in INSTALLATIONS:
            count = install(actor=actor, now=now)
            say(f"{name}：新增 {count} 项" if count else f"{name}：已齐备")
    say("页面文件：已更新" if assets.collect() else "页面文件：已是最新")
