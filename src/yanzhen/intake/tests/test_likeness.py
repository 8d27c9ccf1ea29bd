"""Messages that say the same find each other; others do not."""

from yanzhen.intake.likeness import Likeness

ONE = "先锋路从北到南有六盏路灯不亮，晚上照明太差，老人不敢出门，希望尽快修复。"
AGAIN = "先锋路从北到南有六盏路灯不亮！晚上照明太差，老人不敢出门。请尽快修复"
OTHER = "解放路菜市场门口每天早上有人占道摆摊，自行车都过不去，请城管来管一管。"


def test_the_same_in_other_words_is_like_the_first() -> None:
    likeness = Likeness[int]()

    assert likeness.add(1, "路灯不亮", ONE) is None
    assert likeness.add(2, "占道摆摊", OTHER) is None
    assert likeness.add(3, "路灯还是不亮", AGAIN) == 1


def test_of_several_alike_the_nearest_counts_and_of_equals_the_first() -> None:
    likeness = Likeness[int]()
    likeness.add(1, "", ONE)
    likeness.add(2, "", ONE)

    assert likeness.add(3, "", ONE) == 1
    likeness.add(4, "", AGAIN)
    assert likeness.add(5, "", AGAIN) == 4


def test_short_messages_are_not_taken_for_each_other() -> None:
    likeness = Likeness[int]()
    likeness.add(1, "", "路灯不亮")

    assert likeness.add(2, "", "路灯不亮") is None


def test_a_phrase_that_everybody_writes_makes_nobody_alike() -> None:
    likeness = Likeness[int]()
    polite = "尊敬的领导您好，我是本市居民，有一件事情向您反映，恳请您在百忙之中过问。"
    for key in range(100):
        likeness.add(
            key, "", f"{polite}第{key}件：{chr(0x4E00 + key) * 40}{chr(0x5E00 + key) * 40}"
        )

    assert likeness.add(200, "", f"{polite}{OTHER * 2}") is None
