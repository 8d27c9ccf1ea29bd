"""Areas, sites, units and categories as the cells of a ledger name them, read once a file."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from yanzhen.cases.models import Category
from yanzhen.exchange.named import Named
from yanzhen.places.models import Area, Site
from yanzhen.units.models import Unit


@dataclass(frozen=True, slots=True)
class SiteFound:
    """What a row needs to know of a site; a whole one for each of a province's would be heavy."""

    code: str
    name: str
    type_code: str
    area_code: str

    def as_site(self) -> Site:
        """The site as a draft of a case asks for it."""
        return Site(code=self.code, name=self.name, type_id=self.type_code, area_id=self.area_code)


class Net:
    """The net as it stands when a file is read."""

    @cached_property
    def areas(self) -> Named[Area]:
        """Areas, also by their whole path: `雁峰区 先锋街道` or without the blank."""
        found = Named[Area](_("区域"), lambda area: area.code)
        for area in Area.objects.order_by("code"):
            names = [area.name]
            path = [area.name]
            above = area.parent_id
            while above is not None and above in found.by_code:
                parent = found.by_code[above]
                path.insert(0, parent.name)
                names += [" ".join(path), "".join(path), "/".join(path)]
                above = parent.parent_id
            found.add(area, names)
        return found

    @cached_property
    def sites(self) -> Named[SiteFound]:
        """Sites by code and name."""
        found = Named[SiteFound](_("点位"), lambda site: site.code)
        rows = Site.objects.order_by("pk").values_list("code", "name", "type_id", "area_id")
        for code, name, type_code, area_code in rows.iterator(chunk_size=5000):
            found.add(SiteFound(code, name, str(type_code), str(area_code)), [name])
        return found

    @cached_property
    def units(self) -> Named[Unit]:
        """Units by code, name and short name."""
        found = Named[Unit](_("单位"), lambda unit: unit.code)
        for unit in Unit.objects.order_by("code"):
            found.add(unit, [unit.name, unit.short_name])
        return found

    @cached_property
    def categories(self) -> Named[Category]:
        """Categories by code, name, and name under that of the category above."""
        found = Named[Category](_("类别"), lambda category: category.code)
        rows = list(Category.objects.order_by("code"))
        names = {row.code: row.name for row in rows}
        for row in rows:
            above = names.get(row.parent_id or "", "")
            found.add(row, [row.name, f"{above}/{row.name}", f"{above} {row.name}"])
        return found
