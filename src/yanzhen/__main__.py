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
    "draw": "重做督查抽点，核对种子与结果",
    "clock": "推进时钟，处理到期事项",
    "check": "核对事件链和账目是否完整",
    "user": "人员账号：user add",
    "doctor": "检查本机环境",
}
"""Name → what it is for. The module `yanzhen.cli.<name>` is imported only when it is called."""

NEED_NO_TABLES = {"init", "demo", "doctor", "draw"}

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

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanzhen.settings.local")
    speak_chinese()
    return run(words[0], words[1:])


def run(name: str, words: Sequence[str]) -> int:
    """Start the house, run one command in it, and say every refusal in words on stderr."""
    import django  # noqa: PLC0415 - slow, and the overview can do without
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - as above
    from django.db import OperationalError  # noqa: PLC0415 - as above

    try:
        django.setup()
        from yanzhen.core.errors import Refused  # noqa: PLC0415 - needs the apps

        command = import_module(module_name(name))
        parser = argparse.ArgumentParser(prog=f"yanzhen {name}", description=COMMANDS[name])
        command.add_arguments(parser)
        args = parser.parse_args(words)
        try:
            if name not in NEED_NO_TABLES:
                from yanzhen.cli.tables import require_tables  # noqa: PLC0415 - needs the apps

                require_tables()
            return int(command.run(args))
        except Refused as refusal:
            return refused(str(refusal))
        except OperationalError as error:
            return refused(f"数据库无法使用：{error}")
    except ImproperlyConfigured as error:
        return refused(f"配置有误：{error}")
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return refused("已中断。")


def refused(words: str) -> int:
    print(words, file=sys.stderr)  # noqa: T201 - a command speaks by printing
    return REFUSED


ARGPARSE = {
    "usage: ": "用法：",
    "positional arguments": "参数",
    "options": "选项",
    "show this help message and exit": "显示本说明",
    "%(prog)s: error: %(message)s\n": "%(prog)s：%(message)s\n",
    "the following arguments are required: %s": "缺少参数：%s",
    "unrecognized arguments: %s": "不认识的参数：%s",
    "expected one argument": "后面要跟一个值",
    "expected at least one argument": "后面至少要跟一个值",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有 %(value)s，可选：%(choices)s",
    "invalid %(type)s value: %(value)r": "值 %(value)s 不合要求",
    "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s：%(message)s",
    "one of the arguments %s is required": "以下参数须给出一个：%s",
    "not allowed with argument %s": "不能与 %s 同时使用",
}


def speak_chinese() -> None:
    """Give argparse Chinese words: it asks gettext for them, and nobody ships a catalogue."""
    vars(argparse)["_"] = lambda text: ARGPARSE.get(text, text)


if __name__ == "__main__":
    sys.exit(main())
