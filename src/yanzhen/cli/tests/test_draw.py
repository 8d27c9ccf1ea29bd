"""`yanzhen draw`: anybody runs a draw again, and a changed one is found out."""

import json
from pathlib import Path

import pytest

from yanzhen.__main__ import main
from yanzhen.inspections.draw import DrawSpec, commitment_of, frame_of
from yanzhen.inspections.enums import DrawMethod, RoundStatus
from yanzhen.inspections.models import Round, RoundFrame, RoundSite
from yanzhen.inspections.tests.factories import make_markets, make_round

pytestmark = pytest.mark.django_db


def a_round(status: RoundStatus = RoundStatus.PUBLISHED) -> Round:
    make_markets(10)
    return make_round(status=status, spec=DrawSpec(DrawMethod.RANDOM, size=4))


def files_of(round_: Round, folder: Path) -> list[str]:
    frame, spec = folder / "frame.tsv", folder / "spec.json"
    frame.write_text(RoundFrame.objects.get(round=round_).text, encoding="utf-8")
    spec.write_text(json.dumps(round_.spec), encoding="utf-8")
    return ["--frame", str(frame), "--spec", str(spec)]


def test_the_draw_of_a_round_is_run_again_and_fits(capsys: pytest.CaptureFixture[str]) -> None:
    round_ = a_round()

    assert main(["draw", "--round", str(round_.pk), "--verify"]) == 0
    said = capsys.readouterr().out
    assert round_.seed in said
    assert said.count("相符") == 3


def test_the_seed_is_not_printed_before_the_round_is_published(
    capsys: pytest.CaptureFixture[str],
) -> None:
    round_ = a_round(RoundStatus.OPEN)

    assert main(["draw", "--round", str(round_.pk)]) == 0
    assert round_.seed not in capsys.readouterr().out


@pytest.mark.parametrize("what", ["seed", "site", "frame", "commitment"])
def test_a_draw_that_was_meddled_with_is_found_out(what: str) -> None:
    round_ = a_round()
    if what == "seed":
        Round.objects.filter(pk=round_.pk).update(seed="0" * 64)
    if what == "commitment":  # the row fits itself again; the record knows better
        Round.objects.filter(pk=round_.pk).update(seed="0" * 64, commitment=commitment_of("0" * 64))
    if what == "site":
        drawn = RoundSite.objects.filter(round=round_)
        frame = frame_of(RoundFrame.objects.get(round=round_).text)
        spare = next(one.code for one in frame if not drawn.filter(site_id=one.code).exists())
        drawn.filter(pk=drawn.latest("pk").pk).update(site_id=spare)
    if what == "frame":
        kept = RoundFrame.objects.get(round=round_)
        RoundFrame.objects.filter(pk=kept.pk).update(text=kept.text + "NEW\t430406\tmarket\n")

    assert main(["draw", "--round", str(round_.pk), "--verify"]) == 1


def test_whoever_doubts_a_draw_runs_it_from_two_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_ = a_round()
    words = ["draw", "--seed", round_.seed, *files_of(round_, tmp_path)]

    assert main([*words, "--commitment", round_.commitment]) == 0
    said = capsys.readouterr().out
    assert round_.drawn_digest in said
    for code in RoundSite.objects.filter(round=round_).values_list("site__code", flat=True):
        assert f"\n{code}\t" in said


def test_what_cannot_be_run_again_is_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_ = a_round()
    files = files_of(round_, tmp_path)
    for code, words in (
        (2, ["draw"]),
        (2, ["draw", "--seed", round_.seed, "--frame", "none", "--spec", "none"]),
        (1, ["draw", "--seed", "abc", *files]),
        (1, ["draw", "--seed", "0" * 64, "--commitment", round_.commitment, *files]),
        (1, ["draw", "--round", "999999"]),
    ):
        assert main(words) == code
        assert capsys.readouterr().err.strip()
    (tmp_path / "spec.json").write_text("[]")
    assert main(["draw", "--seed", round_.seed, *files]) == 1
    assert "抽样办法" in capsys.readouterr().err
