"""What a message says, taken from the way in which people write it. All words here are made up."""

import pytest

from yanzhen.intake.wording import is_question, spot_of, tidy, tidy_title, title_of

LONG = "这条街上的店家把桌椅摆到了人行道上，盲道被完全占住"


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("反映先锋路路灯不亮的问题", "先锋路路灯不亮"),
        ("投诉：幸福小区门口占道经营", "幸福小区门口占道经营"),
        ("再次强烈要求解放路限速", "解放路限速"),
        ("关于尽快修复湘江南路护栏的建议", "尽快修复湘江南路护栏"),
        ("请问为何停水？", "请问为何停水？"),
        ("\u200b 蒸湘区  垃圾  没人清 ", "蒸湘区 垃圾 没人清"),
        ("解放路桥面有严重质量问题", "解放路桥面有严重质量问题"),
        ("对湘江风光带的几点建议", "对湘江风光带"),
        ("路灯", "路灯"),
        ("", ""),
    ],
)
def test_a_title_begins_with_the_matter(title: str, short: str) -> None:
    assert tidy_title(title) == short


def test_a_title_is_never_longer_than_its_column() -> None:
    assert len(tidy_title("长" * 300)) == 120


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (
            "您好！我家楼下的烧烤店每天营业到凌晨三点，油烟很大。",
            "我家楼下的烧烤店每天营业到凌晨三点，油烟很大",
        ),
        ("尊敬的领导：小区门口积水。请处理", "小区门口积水"),
        ("井盖缺失", "井盖缺失"),
        (
            "这条街上的店家把桌椅摆到了人行道上，盲道被完全占住，推婴儿车的人只能走机动车道，很危险。",
            "这条街上的店家把桌椅摆到了人行道上，盲道被完全占住",
        ),
        ("一" * 80, "一" * 35 + "…"),
    ],
)
def test_words_without_a_title_are_given_their_first_clause(words: str, title: str) -> None:
    assert title_of(words) == title


@pytest.mark.parametrize(
    ("title", "is_asked"),
    [
        ("咨询老年证怎么办理", True),
        ("请问新学校几时开学", True),
        ("公租房什么时候可以申请？", True),
        ("先锋路路灯不亮", False),
        ("小区门口有人乱倒垃圾", False),
    ],
)
def test_a_question_is_told_from_a_problem(title: str, *, is_asked: bool) -> None:
    assert is_question(title) is is_asked


@pytest.mark.parametrize(
    ("title", "areas", "spot"),
    [
        ("反映雁峰区先锋路路灯不亮", ("雁峰区",), "先锋路"),
        ("珠晖区茶山街道阳光小区3栋电梯停运", ("珠晖区", "茶山街道"), "阳光小区3栋"),
        ("先锋街道有人摆摊", ("先锋街道",), ""),
        ("垃圾太多", (), ""),
        ("A1区东风路积水", ("a1区",), "东风路"),
    ],
)
def test_the_spot_is_what_follows_the_area(title: str, areas: tuple[str, ...], spot: str) -> None:
    assert spot_of(title, areas) == spot


def test_tidy_words_keep_their_lines() -> None:
    assert tidy(" 一\u200b、 垃圾 \r\n\r\n\r\n\r\n二、路灯 ") == "一、 垃圾\n\n二、路灯"
