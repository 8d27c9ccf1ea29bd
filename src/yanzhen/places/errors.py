"""The refusals of the net, one class a reason."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused


class CodeUnfit(Refused):
    """The code does not have the shape that its level asks for."""

    code = "code_unfit"
    message = _("代码“%(code)s”不合要求：%(reason)s")


class CodeTaken(Refused):
    """The code belongs to another one."""

    code = "code_taken"
    status = 409
    message = _("代码“%(code)s”已由“%(name)s”使用，请换一个。")


class CodeRepeated(Refused):
    """One code stands in two rows."""

    code = "code_repeated"
    message = _("代码“%(code)s”与第 %(row)s 行重复。")


class SiteRepeated(Refused):
    """Two rows mean the same site."""

    code = "site_repeated"
    message = _("同一区域、同一类型的“%(name)s”在第 %(row)s 行已有，请加编号区分或删去一行。")


class OutOfScope(Refused):
    """The row lies where the actor has no say."""

    code = "out_of_scope"
    status = 403
    message = _("不在您岗位的管辖范围内。")


class NameMissing(Refused):
    """Everything in the net has a name."""

    code = "name_missing"
    message = _("请填写名称。")


class NameTooLong(Refused):
    """The name does not fit."""

    code = "name_too_long"
    message = _("名称最多 %(longest)s 个字，现有 %(length)s 个。")


class NameTaken(Refused):
    """Two site types of one name could not be told apart."""

    code = "name_taken"
    status = 409
    message = _("名称“%(name)s”已有点位类型在用，请换一个。")


class LevelUnknown(Refused):
    """There are five levels and this is none of them."""

    code = "level_unknown"
    message = _("没有“%(level)s”这个层级，应为：%(levels)s。")


class AreaUnknown(Refused):
    """No area has this code."""

    code = "area_unknown"
    message = _("没有代码为“%(code)s”的区域，请核对代码，或先导入这个区域。")


class AreaMissing(Refused):
    """Neither an area nor a location was given."""

    code = "area_missing"
    message = _("请选择区域，或填写坐标。")


class AreaClosed(Refused):
    """The area is no longer used."""

    code = "area_closed"
    message = _("区域“%(area)s”已停用，请另选区域。")


class AreaNotClosed(Refused):
    """Only a closed area can be opened again."""

    code = "area_not_closed"
    status = 409
    message = _("区域“%(area)s”正在使用，不用恢复。")


class AreaInUse(Refused):
    """Something in the area is still in use."""

    code = "area_in_use"
    message = _("区域“%(area)s”下还有在用的%(what)s：%(names)s。请先停用或调整它们。")


class ParentMissing(Refused):
    """Only a city stands at the top."""

    code = "parent_missing"
    message = _("%(level)s须有上级区域。")


class ParentUnwanted(Refused):
    """A city stands at the top."""

    code = "parent_unwanted"
    message = _("市是最高一级，不能有上级。")


class ParentUnknown(Refused):
    """The parent named does not exist."""

    code = "parent_unknown"
    message = _("没有代码为“%(parent)s”的上级区域，请核对，或把它一并导入。")


class ParentMismatch(Refused):
    """A child's code begins with its parent's code, or prefixes could not be scopes."""

    code = "parent_mismatch"
    message = _("代码“%(code)s”应以上级代码“%(parent)s”开头。")


class LevelMismatch(Refused):
    """A child lies exactly one level below its parent."""

    code = "level_mismatch"
    message = _("“%(parent)s”是%(parent_level)s，它的下一级应为%(wanted)s，不能是%(level)s。")


class AreaFixed(Refused):
    """What others refer to does not change: only the name of an area does."""

    code = "area_fixed"
    message = _("“%(area)s”已在册，%(what)s是“%(old)s”，不能改成“%(new)s”。")


class BoundaryUnreadable(Refused):
    """It is not the GeoJSON of one polygon."""

    code = "boundary_unreadable"
    message = _("边界无法读取：%(reason)s")


class BoundaryCrossesItself(Refused):
    """An outline that crosses itself has no inside."""

    code = "boundary_crosses_itself"
    message = _("边界自相交，位置在经度 %(lon)s、纬度 %(lat)s 附近，请修正后再导入。")


class BoundaryOutsideParent(Refused):
    """A child lies within its parent."""

    code = "boundary_outside_parent"
    message = _("“%(area)s”的边界有 %(percent)s%% 在上级“%(parent)s”之外。")


class BoundariesOverlap(Refused):
    """A place lies in one area of a level, not in two."""

    code = "boundaries_overlap"
    message = _("“%(area)s”的边界与%(others)s重叠。")


class BoundaryLeavesOut(Refused):
    """The areas below must stay within."""

    code = "boundary_leaves_out"
    message = _("照此边界，下级%(others)s会落到“%(area)s”之外。")


class NoBoundary(Refused):
    """There is nothing to remove."""

    code = "no_boundary"
    status = 409
    message = _("区域“%(area)s”没有边界。")


class LocationHalf(Refused):
    """Half a location is none."""

    code = "location_half"
    message = _("纬度和经度须同时填写。")


class LocationImpossible(Refused):
    """There is no such place, or it lies far from here."""

    code = "location_impossible"
    message = _("没有纬度 %(lat)s、经度 %(lon)s 这样的位置%(hint)s。")


class OutsideEveryArea(Refused):
    """The location lies in no area whose boundary is known."""

    code = "outside_every_area"
    message = _("坐标（%(lat)s, %(lon)s）不在任何区域的边界内，请核对坐标和坐标系。")


class SiteOutsideArea(Refused):
    """The location lies elsewhere than said."""

    code = "site_outside_area"
    message = _("坐标（%(lat)s, %(lon)s）在“%(found)s”，不在“%(area)s”，请核对坐标和区域。")


class SiteUnknown(Refused):
    """No site has this code."""

    code = "site_unknown"
    message = _("没有编号为“%(code)s”的点位。")


class SiteIsRetired(Refused):
    """A retired site is not worked on."""

    code = "site_is_retired"
    status = 409
    message = _("点位“%(site)s”已停用，不能再改。需要时请先恢复。")


class SiteNotRetired(Refused):
    """Only a retired site can be taken back."""

    code = "site_not_retired"
    status = 409
    message = _("点位“%(site)s”没有停用，不用恢复。")


class StatusUnfit(Refused):
    """Editing does not lead to such a standing."""

    code = "status_unfit"
    message = _("不能直接把点位的状态设为“%(status)s”。")


class SiteTypeUnknown(Refused):
    """There is no such type."""

    code = "site_type_unknown"
    message = _("没有“%(type)s”这个点位类型，请填写类型的代码或名称。")


class SiteTypeRetired(Refused):
    """No new sites are made of this type."""

    code = "site_type_retired"
    message = _("点位类型“%(type)s”已停用，请另选类型。")


class SiteTypeNotRetired(Refused):
    """Only a retired type can be taken back."""

    code = "site_type_not_retired"
    status = 409
    message = _("点位类型“%(type)s”没有停用，不用恢复。")


class FieldsUnfit(Refused):
    """The declaration of a type's fields does not hold together."""

    code = "fields_unfit"
    message = _("第 %(number)s 个专有字段有误：%(reason)s")


class CrsUnknown(Refused):
    """The system of coordinates is none that we know."""

    code = "crs_unknown"
    message = _("没有“%(crs)s”这个坐标系，应为：%(systems)s。")


class AttributesUnfit(Refused):
    """What was given for the type's own fields does not fit; each field with its reason."""

    code = "attributes_unfit"
    message = _("%(reasons)s")

    def __init__(self, by_field: Mapping[str, str]) -> None:
        self.by_field = dict(by_field)
        super().__init__(reasons=" ".join(self.by_field.values()))
