"""`yanzhen doctor`: looks at the machine and says what is wrong and what to do about it."""

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.utils import timezone

ENOUGH_DISK = 2 * 1024**3
DRIFT = timedelta(seconds=5)


class Ailing(Exception):
    """Something is wrong; the sentence says what to do."""


@dataclass(frozen=True)
class Check:
    """One question to the machine."""

    name: str
    ask: Callable[[], str]
    optional: bool = False
    """Something the product can do without; a ✗ here does not change the exit code."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "全部正常退出码为 0，有必须处理的问题为 1。"


def run(_args: argparse.Namespace) -> int:
    ailing = 0
    for check in CHECKS:
        try:
            print(f"✓ {check.name}：{check.ask()}")
        except (Ailing, DatabaseError, ImproperlyConfigured, OSError) as error:
            words = str(error).strip().replace("\n", " ") or type(error).__name__
            print(f"{'–' if check.optional else '✗'} {check.name}：{words}")
            ailing += not check.optional
    print(f"有 {ailing} 项需要处理。" if ailing else "一切正常。")
    return 1 if ailing else 0


def python() -> str:
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs it may not know
        raise Ailing(f"需要 Python 3.11 或更新版本，现为 {sys.version.split()[0]}。")
    return sys.version.split()[0]


def home() -> str:
    folder = Path(settings.YANZHEN_HOME)
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        raise Ailing(f"{folder} 不可写，请检查目录权限或更改 YANZHEN_HOME。") from error
    return str(folder)


def disk() -> str:
    free = shutil.disk_usage(settings.YANZHEN_HOME).free
    words = f"剩余 {free / 1024**3:.1f} GB"
    if free < ENOUGH_DISK:
        raise Ailing(f"{words}，照片和备份至少需要 2 GB，请清理磁盘。")
    return words


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        raise Ailing(f"连接不上，请检查 DATABASE_URL：{error}") from error
    if connection.vendor == "sqlite":
        return f"SQLite，{settings.DATABASES['default']['NAME']}"
    version = connection.pg_version // 10_000  # type: ignore[attr-defined]  # PostgreSQL's alone
    if version < 15:  # noqa: PLR2004 - the oldest we test
        raise Ailing(f"PostgreSQL {version} 过旧，请升级到 15 或更新版本。")
    return f"PostgreSQL {version}"


def tables() -> str:
    from yanzhen.cli.tables import NotInitialised, require_tables

    try:
        require_tables()
    except NotInitialised as refusal:
        raise Ailing(str(refusal)) from refusal
    return "已是最新"


def clock() -> str:
    """Compare this machine's clock with the database server's: due times come from both."""
    zone = ZoneInfo(settings.TIME_ZONE)
    now = timezone.now()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (there,) = cursor.fetchone() or (now,)
        if abs(there - now) > DRIFT:
            raise Ailing(f"与数据库服务器相差 {abs(there - now)}，请在两台机器上启用时间同步。")
    if now < datetime(2026, 1, 1, tzinfo=UTC):
        raise Ailing(f"本机时间为 {now:%Y-%m-%d}，明显不对，请校时。")
    return f"{now.astimezone(zone):%Y-%m-%d %H:%M}（{settings.TIME_ZONE}）"


def photos() -> str:
    from PIL import Image, features
    from pillow_heif import register_heif_opener

    if not features.check("webp"):
        raise Ailing("Pillow 不支持 WebP，请用随附的锁定文件重新安装。")
    register_heif_opener()
    written = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(written, "HEIF")
    with Image.open(io.BytesIO(written.getvalue())) as image:
        image.load()
    return "JPEG、PNG、WebP、HEIC 可读"


def fonts() -> str:
    program = shutil.which("fc-list")
    if not program:
        raise Ailing("无法查询字体（没有 fc-list），不影响使用；演示照片上的字可能缺失。")
    words = [program, ":lang=zh-cn", "family"]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    families = sorted({line.split(",")[0] for line in answer.stdout.splitlines() if line})
    if not families:
        raise Ailing("没有中文字体，服务器上生成的图片缺字，可安装 fonts-noto-cjk。")
    return "、".join(families[:3])


def pages() -> str:
    if not finders.find("vendor/htmx.min.js"):
        raise Ailing("缺少前端文件，源码目录请执行 ./dev setup，安装包请重新安装。")
    if not (Path(settings.STATIC_ROOT) / ".stamp").exists():
        raise Ailing("页面文件尚未生成，请执行 yanzhen init。")
    return "齐全"


def pending_jobs() -> str:
    from yanzhen.core.enums import JobStatus
    from yanzhen.core.models import Job

    late = timezone.now() - timedelta(minutes=10)
    waiting = Job.objects.filter(status=JobStatus.WAITING).count()
    dead = Job.objects.filter(status=JobStatus.DEAD).count()
    if dead:
        last = Job.objects.filter(status=JobStatus.DEAD).order_by("-pk")[0]
        raise Ailing(f"{dead} 个任务多次失败，最近一个是 {last.kind}：{last.error[:200]}")
    if Job.objects.filter(status=JobStatus.WAITING, run_at__lt=late).exists():
        raise Ailing(f"{waiting} 个任务在等待，最久的已超过 10 分钟，请确认 yanzhen serve 在运行。")
    return f"{waiting} 个等待" if waiting else "没有积压"


CHECKS = [
    Check("Python", python),
    Check("数据目录", home),
    Check("磁盘", disk),
    Check("数据库", database),
    Check("数据表", tables),
    Check("时间", clock),
    Check("照片", photos),
    Check("中文字体", fonts, optional=True),
    Check("页面文件", pages),
    Check("后台任务", pending_jobs),
]
