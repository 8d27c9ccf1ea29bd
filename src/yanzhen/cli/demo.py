"""`yanzhen demo`: a made-up city, ready to be looked at."""

import argparse
import time

from django.utils import timezone

from yanzhen.cli import init, serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-serve", action="store_true", help="只生成，不启动网站")
    serve.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    from yanzhen.demo import city

    now = timezone.now()
    init.initialise(now=now, say=print)
    if city.is_built():
        print("演示城市已经有了，直接启动。要重新生成，请先删去数据目录。")
    else:
        began = time.monotonic()
        counts = city.build(now=now, say=print)
        made = "，".join(f"{name} {count:,}" for name, count in counts.items())
        print(f"演示城市建好了，用时 {time.monotonic() - began:.0f} 秒：{made}。")
    print(table(city.LOGINS, city.PASSWORD))
    return 0 if args.no_serve else serve.run(args)


def table(logins: tuple[tuple[str, str, str], ...], password: str) -> str:
    """The accounts to try, by role, with the page each begins on."""
    width = max(len(username) for username, _page, _what in logins)
    rows = [f"  {username:<{width}}  {page:<12} {what}" for username, page, what in logins]
    return "\n".join(
        [
            "",
            f"演示账号（密码都是 {password}）：",
            *rows,
            "",
            "人名均为虚构；区县轮廓仅供演示。",
            "",
        ]
    )
