"""`yanzhen` as a person meets it on a terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from yanzhen.__main__ import COMMANDS, main, module_name

ROOT = Path(__file__).resolve().parent.parent


def yanzhen(home: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in a process and a home of its own, on SQLite."""
    environment = {**os.environ, "YANZHEN_HOME": str(home), "DATABASE_URL": "", **more}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "yanzhen", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_command_and_starts_nothing() -> None:
    words = [sys.executable, "-X", "importtime", "-m", "yanzhen", "--help"]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)

    assert answer.returncode == 0
    for name in COMMANDS:
        assert f"\n  {name} " in answer.stdout
    assert "django" not in answer.stderr


@pytest.mark.parametrize("words", [[], ["nonsense"], ["serve", "--port", "x"], ["doctor", "-?"]])
def test_wrong_use_is_answered_with_two(words: list[str], tmp_path: Path) -> None:
    answer = yanzhen(tmp_path, *words)

    assert answer.returncode == 2
    assert "用法" in answer.stdout + answer.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_in_chinese_what_it_takes(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])

    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith(f"用法：yanzhen {name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_module(name: str) -> None:
    path = module_name(name).replace(".", "/")
    assert (ROOT / "src" / f"{path}.py").exists()


def test_a_malformed_setting_is_refused_in_one_sentence(tmp_path: Path) -> None:
    answer = yanzhen(tmp_path, "doctor", DATABASE_URL="nonsense")

    assert answer.returncode == 1
    assert answer.stderr.startswith("配置有误：环境变量 DATABASE_URL")
    assert "Traceback" not in answer.stderr


def test_a_database_that_is_away_is_refused_in_one_sentence(tmp_path: Path) -> None:
    away = "postgres://nobody:x@127.0.0.1:1/nothing?connect_timeout=2"
    answer = yanzhen(tmp_path, "init", DATABASE_URL=away)

    assert answer.returncode == 1
    assert "数据库无法使用" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("words", [["serve"], ["user", "add", "zhang", "--name", "张三"]])
def test_nothing_is_done_over_tables_of_another_version(words: list[str], tmp_path: Path) -> None:
    answer = yanzhen(tmp_path, *words)

    assert answer.returncode == 1
    assert "yanzhen init" in answer.stderr


def test_init_makes_a_healthy_house_and_may_be_repeated(tmp_path: Path) -> None:
    before = yanzhen(tmp_path, "doctor")
    assert before.returncode == 1
    assert "✗ 数据表" in before.stdout

    first = yanzhen(tmp_path, "init")
    assert first.returncode == 0, first.stderr
    again = yanzhen(tmp_path, "init")
    assert again.returncode == 0, again.stderr
    assert "新增" in first.stdout
    assert "新增" not in again.stdout

    after = yanzhen(tmp_path, "doctor")
    assert after.returncode == 0, after.stdout
    assert "✗" not in after.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    assert yanzhen(home, "init").returncode == 0
    return home


def test_the_first_account_gets_a_post_and_a_password_for_one_sign_in(house: Path) -> None:
    answer = yanzhen(house, "user", "add", "zhang", "--name", "张三", "--role", "operator")

    assert answer.returncode == 0, answer.stderr
    assert "一次性密码" in answer.stdout
    again = yanzhen(house, "user", "add", "zhang", "--name", "张三", "--role", "operator")
    assert again.returncode == 1
    assert "zhang" in again.stderr


def test_an_account_whose_post_is_refused_is_not_made(house: Path) -> None:
    words = ["user", "add", "li", "--name", "李四", "--role", "handler"]
    refused = yanzhen(house, *words, "--unit", "nowhere")
    assert refused.returncode == 1
    assert "nowhere" in refused.stderr

    assert yanzhen(house, "user", "add", "li", "--name", "李四").returncode == 0
