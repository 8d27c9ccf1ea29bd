"""`./dev` keeps its word."""

import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def dev() -> ModuleType:
    loader = SourceFileLoader("dev", str(ROOT / "dev"))
    spec = spec_from_loader("dev", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def call(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, ROOT / "dev", *words],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("words", "code"), [([], 2), (["nonsense"], 2), (["--help"], 0)])
def test_wrong_use_is_answered_with_two(words: list[str], code: int) -> None:
    answer = call(*words)

    assert answer.returncode == code
    assert "./dev <command>" in answer.stdout + answer.stderr


def test_it_needs_nothing_but_the_standard_library() -> None:
    words = [sys.executable, "-I", "-S", str(ROOT / "dev"), "--help"]
    assert subprocess.run(words, stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_tests_that_would_not_run_are_a_failure_in_ci() -> None:
    answer = call("test", "--co", CI="true", PATH="/nowhere")

    assert answer.returncode == 1
    assert "Chromium and a Chinese font (fonts-noto-cjk) missing" in answer.stderr


def test_tests_that_do_not_run_are_announced_loudly() -> None:
    answer = call("test", "--co", "-q", "tests/test_dev.py", "-n0", CI="", PATH="/nowhere")

    assert "the browser tests will NOT run" in answer.stderr
    assert answer.returncode == 0, answer.stderr


def test_a_bench_that_is_not_there_is_refused() -> None:
    answer = call("bench", "nonsense")

    assert answer.returncode == 1
    assert "no bench called nonsense" in answer.stderr


def test_a_tool_is_taken_out_of_its_lock_with_its_hashes_alone(dev: ModuleType) -> None:
    block = dev.locked_block("uv")

    assert block.startswith("uv==")
    assert block.count("==") == 1
    assert "--hash=sha256:" in block
    with pytest.raises(dev.Failed, match="nonsense"):
        dev.locked_block("nonsense")


def test_front_end_files_lose_their_pointers_to_maps(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "MODULES", tmp_path / "modules")
    monkeypatch.setattr(dev, "VENDOR", tmp_path / "vendor")
    (tmp_path / "modules/a").mkdir(parents=True)
    (tmp_path / "modules/a/a.js").write_text("let a = 1;\n//# sourceMappingURL=a.js.map\n")
    (tmp_path / "modules/a/a.css").write_text("a{}\n/*# sourceMappingURL=a.css.map */")

    dev.copy_vendor({"a/a.js": "a.js", "a/a.css": "deep/a.css"})

    assert (tmp_path / "vendor/a.js").read_text().strip() == "let a = 1;"
    assert (tmp_path / "vendor/deep/a.css").read_text().strip() == "a{}"


def test_work_is_done_once_and_again_after_a_failure(dev: ModuleType, tmp_path: Path) -> None:
    stamp = tmp_path / "made/stamp"
    with pytest.raises(RuntimeError), dev.once(stamp, "1"):
        raise RuntimeError
    dues = []
    for fingerprint in ("1", "1", "2"):
        with dev.once(stamp, fingerprint) as due:
            dues.append(due)

    assert dues == [True, False, True]


def test_pip_s_index_is_given_to_uv(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)

    assert dev.uv_environment()["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
