"""Areas and sites as somebody wishes them to be, held against the net before anything is written."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import shapely
from django.utils.translation import gettext as _

from yanzhen.core.errors import Refused
from yanzhen.core.text import gram_text, plain
from yanzhen.places import coordinates
from yanzhen.places.codes import (
    LEVEL_ABOVE,
    check_area_code,
    known_code,
    level_of,
    next_level,
    parent_code,
    tidy,
    tidy_area_code,
)
from yanzhen.places.coordinates import Point
from yanzhen.places.enums import Crs, Level, SiteStatus
from yanzhen.places.errors import (
    AreaClosed,
    AreaFixed,
    AreaMissing,
    AreaUnknown,
    AttributesUnfit,
    CodeUnfit,
    CrsUnknown,
    LevelMismatch,
    LocationHalf,
    LocationImpossible,
    NameMissing,
    NameTooLong,
    OutsideEveryArea,
    ParentMismatch,
    ParentMissing,
    ParentUnknown,
    ParentUnwanted,
    SiteOutsideArea,
    SiteTypeRetired,
    SiteTypeUnknown,
    StatusUnfit,
)
from yanzhen.places.fields import clean_attributes
from yanzhen.places.models import Area, Site, SiteType
from yanzhen.places.net import Net

LONGEST_AREA_NAME, LONGEST_SITE_NAME = 60, 80
LONGEST_ADDRESS, LONGEST_CONTACT = 200, 40
ADDRESS_WORDS = frozenset({"new"})
"""Words that stand in addresses where else a code does."""
SITE_CODE = re.compile(r"\w[\w.-]{0,29}")
BORDER = 0.0005
"""Degrees, some fifty metres: a receiver in a street between two areas may say either."""
LAT_MOST, LON_MOST = 90, 180


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why something cannot be taken, and the column or field it belongs to."""

    column: str
    refusal: Refused


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One row of a file of areas: words as they stand there.

    A level may be a code name or a Chinese word. Without a parent the one is meant that the
    code begins with.
    """

    row: int
    code: str
    name: str
    level: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One row of a file of sites: words as they stand there.

    For a site that is known, what is empty stays as it was.
    """

    row: int
    code: str = ""
    name: str = ""
    type: str = ""
    area: str = ""
    lat: str = ""
    lon: str = ""
    crs: str = ""
    address: str = ""
    contact: str = ""
    contact_phone: str = ""
    status: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """A site as it should be. Either the area or the location may be missing, not both.

    A site without `code` is given one. `status` may be candidate or active; without one a new
    site is active, and a known one stays as it is.
    """

    name: str
    type: str
    area: str = ""
    lat: Decimal | None = None
    lon: Decimal | None = None
    crs: Crs = Crs.WGS84
    address: str = ""
    code: str = ""
    status: SiteStatus | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    contact: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a draft comes to: the values of the row, or why not."""

    values: dict[str, Any]
    faults: Sequence[Fault]


def area_faults(area: Area, known: Mapping[str, Area]) -> Iterator[Fault]:
    """What is wrong with a new area among those known, which may hold rows of the same file."""
    level = Level(area.level)
    try:
        check_area_code(area.code, level)
    except CodeUnfit as refusal:
        yield Fault("code", refusal)
        return
    yield from name_faults(area.name, LONGEST_AREA_NAME)
    yield from _parent_faults(area, level, known)


def name_faults(name: str, longest: int) -> Iterator[Fault]:
    """What is wrong with a name."""
    if not name:
        yield Fault("name", NameMissing())
    if len(name) > longest:
        yield Fault("name", NameTooLong(longest=longest, length=len(name)))


def changed_faults(area: Area, known: Area) -> Iterator[Fault]:
    """What a row would change of an area that is already there, and must not."""
    if area.level != known.level:
        levels = {"old": Level(known.level).label, "new": Level(area.level).label}
        yield Fault("level", AreaFixed(area=known.name, what=_("层级"), **levels))
    elif area.parent_id != known.parent_id:
        parents = {"old": known.parent_id or _("无"), "new": area.parent_id or _("无")}
        yield Fault("parent", AreaFixed(area=known.name, what=_("上级"), **parents))


def _parent_faults(area: Area, level: Level, known: Mapping[str, Area]) -> Iterator[Fault]:
    if level == Level.CITY:
        if area.parent_id:
            yield Fault("parent", ParentUnwanted())
        return
    if not area.parent_id:
        yield Fault("parent", ParentMissing(level=level.label))
        return
    if not area.code.startswith(area.parent_id):
        yield Fault("parent", ParentMismatch(code=area.code, parent=area.parent_id))
    parent = known.get(area.parent_id)
    if parent is None:
        yield Fault("parent", ParentUnknown(parent=area.parent_id))
        return
    if not parent.is_active:
        yield Fault("parent", AreaClosed(area=parent.name))
    wanted = next_level(Level(parent.level))
    if wanted != level:
        yield Fault(
            "level",
            LevelMismatch(
                parent=parent.name,
                parent_level=Level(parent.level).label,
                wanted=wanted.label if wanted else _("没有下级"),
                level=level.label,
            ),
        )


def settle_site(
    draft: SiteDraft, net: Net, types: Mapping[str, SiteType], known: Site | None = None
) -> Settled:
    """Hold a draft against the net and its type, and return the values of the row.

    `known` is the site as it stands when it is to be changed: it may keep a type or an area
    that new sites can no longer have.
    """
    faults = list(_text_faults(draft))
    values: dict[str, Any] = {
        "name": draft.name,
        "address": draft.address,
        "contact": draft.contact,
        "contact_phone": draft.contact_phone,
    }
    try:
        values["status"] = _settled_status(draft.status, known)
    except Refused as refusal:
        faults.append(Fault("status", refusal))
    try:
        site_type = _settled_type(draft.type, types, known)
        values["type_id"] = site_type.code
        values["attributes"] = clean_attributes(site_type, draft.attributes)
    except AttributesUnfit as refusal:
        faults.append(Fault("attributes", refusal))
    except Refused as refusal:
        faults.append(Fault("type", refusal))
    try:
        values |= _settled_location(draft)
        values["area_id"] = _settled_area(draft.area, values["lat"], values["lon"], net, known)
    except (AreaMissing, AreaUnknown, AreaClosed) as refusal:
        faults.append(Fault("area", refusal))
    except Refused as refusal:
        faults.append(Fault("lat", refusal))
    return Settled(values, faults)


def search_grams(site: Site) -> str:
    """The pairs of characters by which a site is found."""
    return gram_text([site.code, site.name, site.address, site.contact])


def tidy_words(text: str) -> str:
    """Return the words with single blanks between them."""
    return " ".join(text.split())


def area_of_row(row: AreaRow) -> Area:
    """The area that a row means, not saved. Raises `LevelUnknown`."""
    level = level_of(row.level)
    code = tidy_area_code(row.code, level)
    above = LEVEL_ABOVE.get(level)
    parent = tidy_area_code(row.parent, above) if above else tidy(row.parent)
    return Area(
        code=code,
        name=tidy_words(row.name),
        level=level,
        parent_id=parent or parent_code(code, level) or None,
    )


def draft_of_row(
    row: SiteRow, types: Mapping[str, SiteType], known: Site | None
) -> tuple[SiteDraft, list[Fault]]:
    """The draft that a row means; for a known site, what is empty is taken from it."""
    faults: list[Fault] = []
    draft = SiteDraft(name="", type="") if known is None else draft_of(known)
    draft = replace(
        draft,
        code=draft.code or tidy(row.code),
        name=tidy_words(row.name) or draft.name,
        address=tidy_words(row.address) or draft.address,
        contact=tidy_words(row.contact) or draft.contact,
        contact_phone=tidy_words(row.contact_phone) or draft.contact_phone,
    )
    if row.area.strip():
        draft = replace(draft, area=tidy(row.area))
    if row.type.strip():
        chosen = type_named(row.type, types)
        if chosen is None:
            faults.append(Fault("type", SiteTypeUnknown(type=row.type.strip())))
        else:
            same = known is not None and known.type_id == chosen.code
            draft = replace(draft, type=chosen.code, attributes=draft.attributes if same else {})
    draft = replace(draft, attributes={**draft.attributes, **_given(row.attributes)})
    if row.status.strip():
        try:
            draft = replace(draft, status=_status_named(row.status))
        except Refused as refusal:
            faults.append(Fault("status", refusal))
    if row.lat.strip() or row.lon.strip():
        try:
            draft = replace(
                draft, lat=_degrees(row.lat), lon=_degrees(row.lon), crs=_crs_named(row.crs)
            )
        except CrsUnknown as refusal:
            faults.append(Fault("crs", refusal))
        except Refused as refusal:
            faults.append(Fault("lat", refusal))
    return draft, faults


def draft_of(site: Site) -> SiteDraft:
    """The draft that would change nothing."""
    return SiteDraft(
        name=site.name,
        type=site.type_id,
        area=site.area_id,
        lat=site.source_lat if site.source_lat is not None else site.lat,
        lon=site.source_lon if site.source_lon is not None else site.lon,
        crs=Crs(site.source_crs),
        address=site.address,
        code=site.code,
        attributes=site.attributes,
        contact=site.contact,
        contact_phone=site.contact_phone,
    )


def type_named(words: str, types: Mapping[str, SiteType]) -> SiteType | None:
    """The site type with this code or this name."""
    word = plain(words)
    return types.get(word) or next((one for one in types.values() if plain(one.name) == word), None)


def _given(attributes: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in attributes.items() if str(value or "").strip()}


def _text_faults(draft: SiteDraft) -> Iterator[Fault]:
    yield from name_faults(draft.name, LONGEST_SITE_NAME)
    for column, text, longest in (
        ("address", draft.address, LONGEST_ADDRESS),
        ("contact", draft.contact, LONGEST_CONTACT),
        ("contact_phone", draft.contact_phone, LONGEST_CONTACT),
    ):
        if len(text) > longest:
            yield Fault(column, NameTooLong(longest=longest, length=len(text)))
    if draft.code and (not SITE_CODE.fullmatch(draft.code) or draft.code in ADDRESS_WORDS):
        reason = _("编号由文字、字母、数字和“-”“_”“.”组成，最多 30 位。")
        yield Fault("code", CodeUnfit(code=draft.code, reason=reason))


def _settled_status(wished: SiteStatus | None, known: Site | None) -> str:
    if known is not None and wished in (None, known.status):
        return known.status
    if wished is None:
        return SiteStatus.ACTIVE
    from_known = known is None or known.status in (SiteStatus.CANDIDATE, SiteStatus.ACTIVE)
    if wished not in (SiteStatus.CANDIDATE, SiteStatus.ACTIVE) or not from_known:
        raise StatusUnfit(status=wished.label)
    return wished


def _settled_type(code: str, types: Mapping[str, SiteType], known: Site | None) -> SiteType:
    site_type = types.get(code)
    if site_type is None:
        raise SiteTypeUnknown(type=code)
    if not site_type.is_active and (known is None or known.type_id != code):
        raise SiteTypeRetired(type=site_type.name)
    return site_type


def _settled_location(draft: SiteDraft) -> dict[str, Any]:
    """Where the site lies in WGS-84, and what was given."""
    if draft.lat is None and draft.lon is None:
        names = ("lat", "lon", "source_lat", "source_lon")
        return dict.fromkeys(names) | {"source_crs": Crs.WGS84}
    if draft.lat is None or draft.lon is None:
        raise LocationHalf
    if not draft.lat.is_finite() or not draft.lon.is_finite():
        raise LocationImpossible(lat=draft.lat, lon=draft.lon, hint="")
    if abs(draft.lat) > LAT_MOST or abs(draft.lon) > LON_MOST:
        turned = abs(draft.lon) <= LAT_MOST and abs(draft.lat) <= LON_MOST
        hint = _("，是不是写反了") if turned else ""
        raise LocationImpossible(lat=draft.lat, lon=draft.lon, hint=hint)
    given = Point(coordinates.rounded(draft.lat), coordinates.rounded(draft.lon))
    point = coordinates.to_wgs84(given, draft.crs)
    return {
        "lat": point.lat,
        "lon": point.lon,
        "source_lat": given.lat,
        "source_lon": given.lon,
        "source_crs": draft.crs,
    }


def _settled_area(
    code: str, lat: Decimal | None, lon: Decimal | None, net: Net, known: Site | None
) -> str:
    """The smallest area of the site, from its location, from what was said, or from both.

    What was said is believed where no outline speaks about it: an area without an outline in a
    city of which only some are drawn.
    """
    code = known_code(code, net.areas)
    area = net.areas.get(code)
    if code and area is None:
        raise AreaUnknown(code=code)
    if area is not None and not area.is_active and (known is None or known.area_id != code):
        raise AreaClosed(area=area.name)
    if lat is None or lon is None:
        if area is None:
            raise AreaMissing
        return area.code
    around = net.areas_at(float(lat), float(lon))
    if area is None:
        if not around:
            raise OutsideEveryArea(lat=lat, lon=lon)
        return around[0]
    outlined = net.outlined(code)
    if not outlined:
        return area.code
    if outlined not in around and not _at_border(net, outlined, lat, lon):
        if not around:
            raise OutsideEveryArea(lat=lat, lon=lon)
        raise SiteOutsideArea(
            lat=lat, lon=lon, found=net.label(around[0]), area=net.label(outlined)
        )
    return next((one for one in around if one.startswith(code)), area.code)


def _at_border(net: Net, code: str, lat: Decimal, lon: Decimal) -> bool:
    return bool(shapely.dwithin(net.outlines[code], shapely.Point(float(lon), float(lat)), BORDER))


def _degrees(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        return Decimal(plain(text).rstrip("°"))
    except InvalidOperation as error:
        raise LocationImpossible(
            lat=text, lon=text, hint=_("，应为十进制的度，如 26.893230")
        ) from error


def _crs_named(words: str) -> Crs:
    word = plain(words).replace("-", "").replace(" ", "") or Crs.WGS84.value
    for crs, names in CRS_WORDS.items():
        if word == crs.value or word in names:
            return crs
    raise CrsUnknown(crs=words.strip(), systems="、".join(str(crs.label) for crs in Crs))


CRS_WORDS: dict[Crs, set[str]] = {
    Crs.WGS84: {"gps", "wgs84(gps)"},
    Crs.GCJ02: {"gcj", "高德", "腾讯", "微信", "火星", "gcj02(高德、腾讯、微信)"},
    Crs.BD09: {"bd", "百度", "bd09ll", "bd09(百度)"},
}


def _status_named(words: str) -> SiteStatus:
    word = plain(words)
    for status in SiteStatus:
        if word in (status.value, plain(str(status.label))):
            return status
    raise StatusUnfit(status=words.strip())
