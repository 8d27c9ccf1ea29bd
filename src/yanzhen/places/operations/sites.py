"""Changes of sites."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Length

from yanzhen.accounts.models import User
from yanzhen.core.engine import hold_key
from yanzhen.core.errors import RowErrors, require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, record_many, replayed
from yanzhen.files.models import Photo
from yanzhen.places import rules
from yanzhen.places.codes import tidy
from yanzhen.places.drafts import SiteDraft, SiteRow, search_grams, settle_site
from yanzhen.places.enums import SiteStatus
from yanzhen.places.errors import CodeTaken, SiteIsRetired, SiteNotRetired, SiteUnknown
from yanzhen.places.fields import require_complete
from yanzhen.places.holding import held_open_area, raise_first
from yanzhen.places.models import Site, SiteType
from yanzhen.places.net import hold_net, the_net
from yanzhen.places.rows import Ground, Taken, changes_of, plan_sites

BATCH = 1000
UPDATE_BATCH = 50  # one statement names each row once for each column
DIGITS_OF_A_SITE = 4
SITE_FACTS = (
    "code", "name", "type_id", "area_id", "address", "lat", "lon", "source_crs", "source_lat",
    "source_lon", "status", "attributes", "contact", "contact_phone",
)  # fmt: skip


@transaction.atomic
def add_site(
    *, draft: SiteDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Site:
    """Add a place to inspect, in the smallest area around its location.

    The area is held, so that it cannot be closed meanwhile. Raises `Forbidden`, `CodeTaken`, or
    the first refusal of `drafts.settle_site`.
    """
    if event := replayed(client_id, "site.added", actor=actor):
        return Site.objects.get(pk=event.subject_id)
    values = _settled_values(draft, None)
    area = held_open_area(values["area_id"])
    require(rules.can_edit_sites(actor, area.code, city_day(now)))
    hold_key("site-codes")
    site = Site(code=tidy(draft.code) or _next_code(area.code), **values)
    taken = Site.objects.filter(code=site.code).first()
    if taken is not None:
        raise CodeTaken(code=site.code, name=taken.name)

    site.search_grams = search_grams(site)
    site.save(force_insert=True)
    record("site.added", site, actor=actor, at=now, client_id=client_id, **_site_facts(site))
    return site


@transaction.atomic
def change_site(
    *, code: str, draft: SiteDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Site:
    """Make a site what the draft says; its code stays. Where nothing differs, nothing is recorded.

    Raises `SiteUnknown`, `Forbidden`, `SiteIsRetired`, or the first refusal of
    `drafts.settle_site`.
    """
    site = _held_site(code)
    if replayed(client_id, "site.changed", subject=site, actor=actor):
        return site
    on = city_day(now)
    require(rules.can_edit_sites(actor, site.area_id, on))
    if site.status == SiteStatus.RETIRED:
        raise SiteIsRetired(site=site.name)
    values = _settled_values(draft, site)
    require(rules.can_edit_sites(actor, values["area_id"], on))
    changes = changes_of(site, values)
    if not changes:
        return site

    facts = _change_site(site, changes)
    record("site.changed", site, actor=actor, at=now, client_id=client_id, **facts)
    return site


@transaction.atomic
def picture_site(
    *, code: str, photo: Photo | None, actor: User, now: datetime, client_id: UUID | None = None
) -> Site:
    """Show what the site looks like by one photo, another one, or none.

    Raises `SiteUnknown`, `Forbidden` or `SiteIsRetired`.
    """
    site = _held_site(code)
    if replayed(client_id, "site.pictured", subject=site, actor=actor):
        return site
    require(rules.can_edit_sites(actor, site.area_id, city_day(now)))
    if site.status == SiteStatus.RETIRED:
        raise SiteIsRetired(site=site.name)
    if site.photo_id == (photo.pk if photo else None):
        return site

    old, site.photo = site.photo_id, photo
    site.save(update_fields=["photo"])
    record(
        "site.pictured",
        site,
        actor=actor,
        at=now,
        client_id=client_id,
        photo=site.photo_id,
        old_photo=old,
    )
    return site


@transaction.atomic
def retire_site(*, code: str, actor: User, now: datetime, client_id: UUID | None = None) -> Site:
    """Inspect a site no longer. Raises `SiteUnknown`, `Forbidden` or `SiteIsRetired`."""
    site = _held_site(code)
    if replayed(client_id, "site.retired", subject=site, actor=actor):
        return site
    require(rules.can_edit_sites(actor, site.area_id, city_day(now)))
    if site.status == SiteStatus.RETIRED:
        raise SiteIsRetired(site=site.name)

    facts = _change_site(site, {"status": SiteStatus.RETIRED})
    record("site.retired", site, actor=actor, at=now, client_id=client_id, **facts)
    return site


@transaction.atomic
def restore_site(*, code: str, actor: User, now: datetime, client_id: UUID | None = None) -> Site:
    """Inspect a retired site again.

    Raises `SiteUnknown`, `Forbidden`, `SiteNotRetired`, or `AreaClosed` when its area is.
    """
    site = _held_site(code)
    if replayed(client_id, "site.restored", subject=site, actor=actor):
        return site
    require(rules.can_edit_sites(actor, site.area_id, city_day(now)))
    if site.status != SiteStatus.RETIRED:
        raise SiteNotRetired(site=site.name)
    held_open_area(site.area_id)

    facts = _change_site(site, {"status": SiteStatus.ACTIVE})
    record("site.restored", site, actor=actor, at=now, client_id=client_id, **facts)
    return site


@transaction.atomic
def add_sites(*, rows: Iterable[SiteRow], actor: User, now: datetime) -> Taken:
    """Take a file of sites, all of it or nothing; known sites are changed where the row says so.

    Given again it changes nothing, so it needs no client id. `Taken.codes` says which site each
    row became: what else a row says of it, its unit for one, is for the apps above to add.
    Raises `RowErrors` with everything that is wrong.
    """
    hold_net()
    hold_key("site-codes")
    rows, on = list(rows), city_day(now)
    may: dict[str, bool] = {}

    def may_edit(area_code: str) -> bool:
        if area_code not in may:
            may[area_code] = rules.can_edit_sites(actor, area_code, on)
        return may[area_code]

    types = SiteType.objects.in_bulk(field_name="code")
    known = _sites_with_codes({tidy(row.code) for row in rows} - {""})
    alike = _sites_by_likeness() if any(not row.code.strip() for row in rows) else {}
    plan = plan_sites(rows, Ground(the_net(), types, known, alike, may_edit))
    if plan.errors:
        raise RowErrors(plan.errors)

    new = [site for _row, site in plan.new]
    _give_codes(new)
    for site in new:
        site.search_grams = search_grams(site)
    Site.objects.bulk_create(new, batch_size=BATCH)
    record_many("site.added", ((site, _site_facts(site)) for site in new), actor=actor, at=now)
    told = [(site, _apply(site, changes)) for _row, site, changes in plan.changed]
    _save_changed(told)
    record_many("site.changed", told, actor=actor, at=now)
    codes = {row: site.code for row, site in [*plan.new, *plan.unchanged]}
    codes |= {row: site.code for row, site, _changes in plan.changed}
    return Taken(len(plan.new), len(plan.changed), len(plan.unchanged), codes)


def _held_site(code: str) -> Site:
    site = Site.objects.locked().filter(code=code).first()
    if site is None:
        raise SiteUnknown(code=code)
    return site


def _settled_values(draft: SiteDraft, known: Site | None) -> dict[str, Any]:
    types = SiteType.objects.in_bulk([draft.type], field_name="code")
    settled = settle_site(draft, the_net(), types, known)
    raise_first(settled.faults)
    require_complete(types[settled.values["type_id"]], settled.values["attributes"])
    return settled.values


def _site_facts(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in SITE_FACTS}


def _change_site(site: Site, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Write the changes into the row, and return for each what it was and what it is."""
    facts = _apply(site, changes)
    site.save(update_fields=[*changes, "search_grams"])
    return facts


def _apply(site: Site, changes: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: {"from": getattr(site, name), "to": value} for name, value in changes.items()}
    for name, value in changes.items():
        setattr(site, name, value)
    site.search_grams = search_grams(site)
    return {"changes": facts}


def _save_changed(told: Iterable[tuple[Site, dict[str, Any]]]) -> None:
    """Write many rows, those with the same columns changed in one statement."""
    alike: dict[tuple[str, ...], list[Site]] = {}
    for site, facts in told:
        alike.setdefault(tuple(sorted(facts["changes"])), []).append(site)
    for names, sites in alike.items():
        columns = [*names, "search_grams"]
        Site.objects.bulk_update(sites, columns, batch_size=UPDATE_BATCH)


def _next_code(area_code: str) -> str:
    """The next free code in the district, `S-430406-0012`; whoever asks holds `site-codes`."""
    prefix = _code_prefix(area_code)
    return f"{prefix}{_last_number(prefix) + 1:0{DIGITS_OF_A_SITE}d}"


def _code_prefix(area_code: str) -> str:
    return f"S-{area_code[:6]}-"


def _last_number(prefix: str) -> int:
    """The highest number given in a district so far; codes that people gave do not count."""
    codes = Site.objects.filter(code__regex=rf"^{prefix}[0-9]{{4,9}}$")
    last = codes.order_by(Length("code").desc(), "-code").values_list("code", flat=True).first()
    return int(last.removeprefix(prefix)) if last else 0


def _give_codes(sites: Sequence[Site]) -> None:
    """Give every new site without a code the next one of its district, in the order of rows."""
    given = {site.code for site in sites if site.code}
    numbers: Counter[str] = Counter()
    for site in sites:
        if site.code:
            continue
        prefix = _code_prefix(site.area_id)
        if prefix not in numbers:
            numbers[prefix] = _last_number(prefix)
        while True:
            numbers[prefix] += 1
            site.code = f"{prefix}{numbers[prefix]:0{DIGITS_OF_A_SITE}d}"
            if site.code not in given:
                break


def _sites_with_codes(codes: set[str]) -> dict[str, Site]:
    """The sites with these codes, held."""
    ordered = sorted(codes)
    return {
        site.code: site
        for start in range(0, len(ordered), BATCH)
        for site in Site.objects.locked().filter(code__in=ordered[start : start + BATCH])
    }


def _sites_by_likeness() -> dict[tuple[str, str, str], Site]:
    """All sites in use, by what tells them apart for a person: name, type, area."""
    sites = Site.objects.exclude(status=SiteStatus.RETIRED).order_by("-code")
    return {(site.name, site.type_id, site.area_id): site for site in sites}
