"""What happened to a case, told from its record in Chinese: one sentence for each kind of event."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import Post
from yanzhen.accounts.rules import ROLE_ACTIONS
from yanzhen.cases import loop
from yanzhen.cases.enums import MOVES, CaseStatus, Move, MoveName, Severity, Source
from yanzhen.cases.models import Case, CasePhoto, Category
from yanzhen.core.time import city_day
from yanzhen.core.words import full_date
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places.models import Site, SiteType
from yanzhen.places.queries import area_label
from yanzhen.units.models import Unit

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a case: when, who (post and name), what in a sentence, his words, the photos."""

    number: int
    at: datetime
    post: str
    person: str
    text: str
    words: str
    photos: Sequence[CasePhoto]
    link: str = ""
    """The number of another case of which the sentence tells."""
    is_last: bool = False

    @property
    def quote(self) -> str:
        """His words as they follow the sentence."""
        return _("：“%(words)s”") % {"words": self.words} if self.words else ""


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the codes of some events, read together."""

    units: Mapping[str, Unit]
    sites: Mapping[str, str]
    site_types: Mapping[str, str]
    categories: Mapping[str, str]

    def unit(self, code: str | None) -> str:
        """The name of a unit as a sentence has it."""
        row = self.units.get(code or "")
        return (row.short_name or row.name) if row else (code or "")


def story_of(case: Case, photos: Iterable[CasePhoto]) -> list[Told]:
    """What happened, the latest first. Five queries at most, however long the story."""
    events = list(events_of(case))
    facts = [event.facts for event in events]
    posts = _posts_of({event.actor_id for event in events})
    names = _names(facts, posts)
    shown: dict[int, list[CasePhoto]] = {}
    for photo in photos:
        shown.setdefault(photo.event_number, []).append(photo)
    told = [
        Told(
            number=event.number,
            at=event.at,
            post=_post(event, posts.get(event.actor_id, []), names),
            person=event.actor.full_name,
            text=_text(event.kind, given, names),
            words=str(given.get("words", "")),
            photos=shown.get(event.number, []),
            link=str(given.get("into") or given.get("joined") or ""),
            is_last=event.number == len(events),
        )
        for event, given in zip(events, facts, strict=True)
    ]
    return told[::-1]


# --- Who ------------------------------------------------------------------------------------------


def _posts_of(people: set[int]) -> dict[int, list[Post]]:
    posts: dict[int, list[Post]] = {}
    for post in Post.objects.filter(user_id__in=people).order_by("pk"):
        posts.setdefault(post.user_id, []).append(post)
    return posts


def _post(event: Event, posts: Sequence[Post], names: Names) -> str:
    """As what he acted: by a post of that day that allowed it, else by any of that day."""
    held = [post for post in posts if _held_on(post, city_day(event.at))]
    move = _MOVES_BY_EVENT.get(event.kind)
    allowing = [post for post in held if move and move.action in ROLE_ACTIONS[Role(post.role)]]
    for post in [*allowing, *held]:
        return names.unit(post.unit_code) or post.title or str(Role(post.role).label)
    return ""


def _held_on(post: Post, day: date) -> bool:
    return post.from_on <= day and (post.to_on is None or day <= post.to_on)


_LABELS: Final = {field.attname: field.verbose_name for field in Case._meta.concrete_fields}
_MOVES_BY_EVENT: Final[dict[str, Move]] = {move.event: move for move in MOVES.values()}


# --- The names ------------------------------------------------------------------------------------


def _names(facts: Sequence[Facts], posts: Mapping[int, Sequence[Post]]) -> Names:
    units = {post.unit_code for held in posts.values() for post in held} - {""}
    sites, types, categories = set(), set(), set()
    for given in facts:
        units |= {given.get("unit"), given.get("set", {}).get("unit_id")} - {None}
        amended = given.get("amended", {})
        sites |= set(amended.get("site_id", ())) - {None}
        types |= set(amended.get("site_type_id", ())) - {None}
        categories |= set(amended.get("category_id", ())) - {None}
    return Names(
        units=Unit.objects.in_bulk(list(units), field_name="code") if units else {},
        sites=_name_by_code(Site, sites),
        site_types=_name_by_code(SiteType, types),
        categories=_name_by_code(Category, categories),
    )


def _name_by_code(model: type[Site | SiteType | Category], codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    return dict(model._default_manager.filter(code__in=codes).values_list("code", "name"))


# --- The sentences --------------------------------------------------------------------------------


def _text(kind: str, facts: Facts, names: Names) -> str:
    teller = TELLERS.get(kind)
    return teller(facts, names) if teller else loop.label_of(kind)


def _due(facts: Facts) -> str:
    """The new time limit that the event set, in words."""
    due_at = facts.get("set", {}).get("due_at")
    return full_date(datetime.fromisoformat(due_at)) if due_at else ""


def _with_due(sentence: str, facts: Facts) -> str:
    due = _due(facts)
    return f"{sentence}，{_('限 %(due)s 前') % {'due': due}}" if due else sentence


def _arrival(verb: str) -> Callable[[Facts, Names], str]:
    def tell(facts: Facts, _names: Names) -> str:
        source = facts.get("source", "")
        label = Source(source).label if source in Source.values else source
        return _("%(verb)s，来源：%(source)s") % {"verb": _(verb), "source": label}

    return tell


def _dispatched(facts: Facts, names: Names) -> str:
    unit = names.unit(facts.get("set", {}).get("unit_id"))
    return _with_due(_("交办%(unit)s") % {"unit": unit}, facts)


def _transferred(facts: Facts, names: Names) -> str:
    words = {
        "before": names.unit(facts.get("unit")),
        "unit": names.unit(facts.get("set", {}).get("unit_id")),
    }
    return _with_due(_("由%(before)s转给%(unit)s") % words, facts)


def _reopened(facts: Facts, names: Names) -> str:
    unit = names.unit(facts.get("set", {}).get("unit_id"))
    status = facts.get("set", {}).get("status")
    if status == CaseStatus.DISPATCHED:
        sentence = _("重开，再交%(unit)s") % {"unit": unit} if unit else _("重开，再交原单位")
        return _with_due(sentence, facts)
    return str(_("重开"))


def _amended(facts: Facts, names: Names) -> str:
    said = []
    for field, (old, new) in sorted(facts.get("amended", {}).items()):
        label = str(_LABELS[field])
        if field in loop.SAID or field in {"lat", "lon", "source_number"}:
            said.append(label)
        else:
            pair = {
                "name": label,
                "old": _value(field, old, names),
                "new": _value(field, new, names),
            }
            said.append(_("%(name)s由“%(old)s”改为“%(new)s”") % pair)
    return _("更正：%(what)s") % {"what": "、".join(said)}


def _value(field: str, code: str | None, names: Names) -> str:
    if code is None:
        return str(_("未填"))
    readers: dict[str, Callable[[str], str]] = {
        "area_id": area_label,
        "site_id": lambda one: names.sites.get(one, one),
        "site_type_id": lambda one: names.site_types.get(one, one),
        "category_id": lambda one: names.categories.get(one, one),
        "severity": lambda one: str(dict(Severity.choices).get(one, one)),
    }
    return readers[field](code) if field in readers else str(code)


def _extension_asked(facts: Facts, _names: Names) -> str:
    wanted = datetime.fromisoformat(facts["wanted_due_at"])
    return _("申请延期到 %(due)s") % {"due": full_date(wanted)}


def _verified(facts: Facts, _names: Names) -> str:
    return str(_("现场核查通过") if facts.get("on_site") else _("核查通过"))


def _plain(move: MoveName, sentence: str = "") -> Callable[[Facts, Names], str]:
    def tell(facts: Facts, _names: Names) -> str:
        return _with_due(_(sentence) if sentence else str(move.label), facts)

    return tell


def _of_unit(sentence: str) -> Callable[[Facts, Names], str]:
    def tell(facts: Facts, names: Names) -> str:
        return _(sentence) % {"unit": names.unit(facts.get("unit"))}

    return tell


_M = MoveName


TELLERS: Final[dict[str, Callable[[Facts, Names], str]]] = {
    MOVES[_M.REPORT].event: _arrival(gettext_noop("上报")),
    MOVES[_M.FILE].event: lambda facts, names: (
        _arrival(gettext_noop("受理立案"))(facts, names)
        if "source" in facts
        else str(_M.FILE.label)
    ),
    MOVES[_M.AMEND].event: _amended,
    MOVES[_M.MERGE].event: _plain(_M.MERGE, gettext_noop("并入")),
    loop.JOINED: lambda _facts, _names: str(_("并入一件")),
    loop.FOUND_AGAIN: lambda _facts, _names: str(_("督查再次发现同一问题")),
    loop.PHOTOS_ADDED: lambda _facts, _names: str(_("补充发现时的照片")),
    MOVES[_M.DISPATCH].event: _dispatched,
    MOVES[_M.RETURN].event: _of_unit(gettext_noop("%(unit)s退回")),
    MOVES[_M.TRANSFER].event: _transferred,
    MOVES[_M.ASK_EXTENSION].event: _extension_asked,
    MOVES[_M.GRANT_EXTENSION].event: _plain(_M.GRANT_EXTENSION),
    MOVES[_M.PARK].event: lambda _facts, _names: str(_("挂账，停钟")),
    MOVES[_M.UNPARK].event: _plain(_M.UNPARK),
    MOVES[_M.ASK_SUPPORT].event: _of_unit(gettext_noop("请%(unit)s协办")),
    MOVES[_M.FINISH_SUPPORT].event: _of_unit(gettext_noop("%(unit)s协办完成")),
    MOVES[_M.VERIFY].event: _verified,
    MOVES[_M.FAIL].event: _plain(_M.FAIL, gettext_noop("核查不通过，返工")),
    MOVES[_M.REOPEN].event: _reopened,
}
"""How each kind of event is told; a kind that needs no more than its name is not here."""
