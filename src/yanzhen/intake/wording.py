"""What a message says, taken from the way in which people write it.

Learnt from four thousand letters to a city: a title says in its first words what the writer
wants (反映, 咨询, 投诉), then where, then what is wrong; a third of all letters name no place but in
the title; invisible signs and blanks come along from other programs.
"""

import re
import unicodedata

TITLE_MOST, TITLE_AIM = 120, 36
SHORTEST_TITLE = 5

_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b-\x1f\x7f]")
_POLITE = re.compile(
    r"^(?:尊敬的?[^，,：:！!。]{0,12}[，,：:！!。\s]*|您好[，,！!。：:\s]*|你好[，,！!。：:\s]*"
    r"|领导(?:您|你)?好[，,！!。：:\s]*)+"
)
_OPENING = re.compile(
    r"^(?:再次|强烈|紧急|恳请|恳求|请求|请问|咨询|询问|反映|投诉|举报|建议|呼吁|要求|希望|关于|求助)"
    r"[:：，,]?\s*"
)
_CLOSING = re.compile(
    r"(?:的(?:几个|一些|几点|有关|相关)?(?:问题|投诉|建议|咨询|请求|反映|情况|诉求|意见|看法)"
    r"(?:[和及与]建议)?)?[?？!！。.…~\s]*$"
)
_QUESTION = re.compile(
    r"^(?:咨询|请问|询问|想问|问一下)|(?:怎么办理|如何办理|(?:什么时候|何时).{0,8}|是否可以|能不能|可以吗|"
    r"吗|呢|几时|多久|什么政策|如何申请|怎么申请)[?？。!！]*$"
)
_SENTENCE_END = re.compile(r"[。！？!?；;\n]")
_CLAUSE_END = re.compile(r"[，,、：:\s]")
_SPOT = re.compile(
    r"^(?:(?!的|请|变成|需要|为何|为什么|怎么|如何|是否|加快|修建|建设|要求|建议)"
    r"[\u4e00-\u9fffA-Za-z0-9·（）()\-—]){1,16}"
    r"(?:小区|花园|家园|新村|公寓|大厦|广场|公园|市场|超市|学校|小学|中学|大学|幼儿园|医院|社区|"
    r"村|路口|大道|地铁站|火车站|汽车站|公交站|车站|路(?![灯面边牌障政况])|街(?!道)|巷|苑|栋|号)"
)


def tidy(text: str) -> str:
    """Return words without what nobody sees, blanks evened out, line breaks kept."""
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def tidy_title(title: str) -> str:
    """Return a title that begins with the place or the matter, not with what the writer wants.

    What is left must still say something; else the title stays as it came.
    """
    plain = " ".join(tidy(title).split())
    short = plain
    while (shorter := _OPENING.sub("", short)) != short:
        short = shorter
    short = _CLOSING.sub("", short).rstrip("，,、；;：: ")
    return (short if len(short) >= SHORTEST_TITLE else plain)[:TITLE_MOST]


def title_of(words: str) -> str:
    """Return the first clause that says something: a title for words that came without one."""
    text = _POLITE.sub("", tidy(words)).strip()
    first = next((part for part in _SENTENCE_END.split(text) if part.strip()), text).strip()
    if len(first) > TITLE_AIM:
        cut = [match.start() for match in _CLAUSE_END.finditer(first, SHORTEST_TITLE, TITLE_AIM)]
        first = first[: cut[-1]] if cut else f"{first[: TITLE_AIM - 1]}…"
    return first[:TITLE_MOST]


def is_question(title: str) -> bool:
    """Whether the writer asks something rather than reports it: no unit has anything to put right."""
    return bool(_QUESTION.search(" ".join(tidy(title).split())))


def spot_of(title: str, areas: tuple[str, ...] = ()) -> str:
    """Return the spot that a title begins with, after the names of areas: a road, a compound."""
    rest = tidy_title(title)
    for name in areas:
        rest = re.sub(re.escape(name), "", rest, count=1, flags=re.IGNORECASE)
    match = _SPOT.match(unicodedata.normalize("NFKC", rest).lstrip())
    return match.group() if match else ""
