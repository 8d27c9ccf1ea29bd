"""People and their posts. New people come with one-time passwords, which are told once."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.rules import area_scopes
from yanzhen.core.scope import covers, prefix_range
from yanzhen.exchange import allowed
from yanzhen.exchange.cells import as_code, as_day, as_name, choice
from yanzhen.exchange.columns import Column
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Row, at_once
from yanzhen.exchange.net import Net
from yanzhen.units.models import Unit
from yanzhen.units.operations.roster import PersonRow, add_people

ROLE_WORDS = {
    "经办人": Role.HANDLER,
    "责任单位": Role.HANDLER,
    "督查": Role.INSPECTOR,
    "网格": Role.KEEPER,
    "领导": Role.STEWARD,
    "管理员": Role.ADMIN,
    "审计": Role.AUDITOR,
}


def _take(bringing: Bringing) -> Brought:
    net = Net()
    rows = []
    for record in bringing.reading.records():
        unit = bringing.named(record, "unit", net.units)
        area = bringing.named(record, "area", net.areas)
        if record.unread or (record["unit"] and not unit) or (record["area"] and not area):
            continue
        rows.append(
            PersonRow(
                row=record.row,
                username=record.text("username"),
                name=record.text("name"),
                unit=unit.code if unit else "",
                role=record.text("role"),
                area=area.code if area else "",
                title=record.text("title"),
                from_on=record["from_on"],
                to_on=record["to_on"],
                phone=record.text("phone"),
            )
        )
    with bringing.all_errors_together():
        added = add_people(
            rows,
            actor=bringing.actor,
            now=bringing.now,
            progress=lambda done, total: bringing.progress("", done, total),
        )
    notes = [str(_("任命岗位：%(count)s") % {"count": added.appointed})] if added.appointed else []
    people = len({row.username for row in rows})
    unchanged = max(people - added.created - added.updated, 0)
    return Brought(added.created, added.updated, unchanged, tuple(notes), secrets=added.passwords)


def _users(carrying: Carrying) -> QuerySet[User]:
    """The people whose unit lies where the actor may see people."""
    people = User.rows.filter(is_system=False)
    scopes = [carrying.area_code] if carrying.area_code else []
    if not carrying.actor.is_system:
        seen = area_scopes(carrying.actor, Action.PEOPLE_VIEW, on=carrying.on)
        scopes = [code for code in scopes if any(covers(one, code) for one in seen)] or (
            [] if carrying.area_code else seen
        )
        if not scopes:
            return people.none()
    if not scopes:
        return people
    units = Unit.objects.filter(_under("area_id", scopes)).values("code")
    posted = Post.objects.filter(_under("area_code", scopes)).values("user_id")
    return people.filter(Q(unit_code__in=units) | Q(pk__in=posted))


def _under(name: str, scopes: list[str]) -> Q:
    under = Q()
    for code in scopes:
        low, high = prefix_range(code)
        under |= Q(**{f"{name}__gte": low, f"{name}__lt": high})
    return under


def _rows(carrying: Carrying) -> Iterator[Row]:
    """A row for each post that is held or will be; one for a person without any."""
    people = _users(carrying).order_by("username", "pk")
    posts: dict[int, list[Post]] = {}
    for post in Post.objects.filter(Q(to_on=None) | Q(to_on__gte=carrying.on)).order_by("pk"):
        posts.setdefault(post.user_id, []).append(post)
    columns = ("", "", "unit", "role", "area", "", "", "", "")
    shown = carrying.shown(columns, {"role": Role}, Net())
    for person in people.iterator(chunk_size=2000):
        card = (person.username, person.full_name, person.unit_code)
        held = posts.get(person.pk, [])
        for post in held:
            period = (post.from_on, post.to_on, person.phone)
            unit = post.unit_code or person.unit_code
            yield shown((*card[:2], unit, post.role, post.area_code, post.title, *period))
        if not held:
            yield shown((*card, None, None, None, None, None, person.phone))


KIND = Kind(
    code="people",
    label=_("人员"),
    about=_("人员账号和岗位；一人多岗写多行"),
    columns=(
        Column(
            "username", _("用户名"), as_code, is_required=True, also=("账号", "登录名"),
            example="li.xiaoming",
        ),
        Column("name", _("姓名"), as_name, also=("full_name",), example="李晓明"),
        Column(
            "unit", _("所在单位"), as_code, also=("单位",), allowed=allowed.units,
            note=_("代码或名称"), width=24,
        ),
        Column(
            "role", _("岗位"), choice(Role, ROLE_WORDS), also=("角色",),
            allowed=allowed.choices(Role), example="责任单位经办",
        ),
        Column(
            "area", _("管辖区域"), as_code, also=("区域",), allowed=allowed.areas,
            note=_("代码或名称；责任单位经办按单位管，空着；其他岗位空着则取单位所在区域"),
        ),
        Column("title", _("岗位名称"), as_name, example="市政科科长"),
        Column("from_on", _("任职起"), as_day, note=_("空着从今天起"), example="2026-11-21"),
        Column("to_on", _("任职止"), as_day, note=_("空着表示一直任职")),
        Column("phone", _("办公电话"), as_code, also=("电话", "手机", "联系电话")),
    ),
    notes=(
        _("用户名已有的行更新这个人；已有的岗位不会重复任命。"),
        _("密码不从文件导入：新账号各得一个一次性密码，只在导入完成时给出一次。"),
    ),
    prepare=at_once(_take),
    rows=_rows,
    count=lambda carrying: _users(carrying).count(),
    has_people=True,
)  # fmt: skip
