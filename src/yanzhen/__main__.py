"""The `yanzhen` command: one subcommand for each thing that an installation is asked to do."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

COMMANDS = {
    "init": "准备数据库和随附的基础数据（可重复执行）",
    "demo": "生成演示城市并启动（--no-serve 只生成）",
    "serve": "启动网站、后台任务和时钟",
    "import": "导入台账：区域、单位、人员、点位、问题、群众反映",
    "export": "导出台账或导入模板",
    "figures": "计算指标",
    "clock": "推进时钟，处理到期事项",
    "check": "核对事件链和账目是否完整",
    "user": "人员账号：user add",
    "doctor": "检查本机环境",
}
"""Name → what it is for. The module `yanzhen.cli.<name>` is imported only when it is called."""

DONE, REFUSED, WRONG_USE = 0, 1, 2


def module_name(command: str) -> str:
    """Return the module of a command; `import` is a word that Python keeps for itself."""
    return f"yanzhen.cli.{'import_' if command == 'import' else command}"


def overview() -> str:
    """Return what `--help` says."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {meaning}" for name, meaning in COMMANDS.items()]
    return "\n".join(
        [
            "用法：yanzhen <命令> [参数…]",
            "",
            "命令：",
            *lines,
            "",
            "每个命令加 --help 可看参数。数据放在 YANZHEN_HOME；设置 DATABASE_URL 则使用 PostgreSQL。",
            "退出码：0 完成，1 被拒绝（原因见错误输出），2 用法不对。",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(overview())  # noqa: T201 - a command speaks by printing
        return DONE if words else WRONG_USE
    if words[0] in {"-V", "--version"}:
        print(f"yanzhen {version('yanzhen')}")  # noqa: T201 - a command speaks by printing
        return DONE
    if words[0] not in COMMANDS:
        print(f"没有命令“{words[0]}”。\n\n{overview()}", file=sys.stderr)  # noqa: T201
        return WRONG_USE

    name, rest = words[0], words[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanzhen.settings.local")
    command = import_module(module_name(name))
    parser = argparse.ArgumentParser(prog=f"yanzhen {name}", description=COMMANDS[name])
    command.add_arguments(parser)
    try:
        args = parser.parse_args(rest)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else WRONG_USE
    return run(command.run, args)


def run(command: object, args: argparse.Namespace) -> int:
    """Start the house, run the command in it, and say every refusal in words on stderr."""
    import django  # noqa: PLC0415 - slow, and --help can do without
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - as above

    try:
        django.setup()
        from yanzhen.core.errors import Refused  # noqa: PLC0415 - needs the apps

        try:
            return int(command(args))  # type: ignore[operator]  # add_arguments/run is a module's shape
        except Refused as refusal:
            print(refusal, file=sys.stderr)  # noqa: T201
            return REFUSED
    except ImproperlyConfigured as error:
        print(f"配置有误：{error}", file=sys.stderr)  # noqa: T201
        return REFUSED
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr)  # noqa: T201
        return 130


if __name__ == "__main__":
    sys.exit(main())
