"""`yanzhen user add`: an account and its post, above all the first ones of an installation."""

import argparse

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yanzhen.accounts.enums import Role
from yanzhen.accounts.operations import system_user
from yanzhen.core.time import city_day
from yanzhen.units.enums import FOR_A_UNIT
from yanzhen.units.errors import UnitUnknown
from yanzhen.units.models import Unit
from yanzhen.units.operations.people import PersonDraft, add_person
from yanzhen.units.operations.posts import PostDraft, appoint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="add")
    add = deeds.add_parser(
        "add", help="新建账号", description="新建账号和第一个岗位，输出一次性密码"
    )
    roles = "，".join(f"{role.value} {role.label}" for role in Role)
    add.add_argument("username", help="用户名：小写字母开头，可含数字和 . _ -")
    add.add_argument("--name", required=True, help="姓名")
    add.add_argument("--role", choices=[role.value for role in Role], help=f"岗位：{roles}")
    add.add_argument("--area", help=f"岗位管辖的区域代码，默认全市 {settings.YANZHEN_CITY_CODE}")
    add.add_argument("--unit", help="所在单位代码；责任单位经办以它为岗位范围")
    add.add_argument("--title", default="", help="岗位名称")
    add.add_argument("--phone", default="", help="办公电话")


def run(args: argparse.Namespace) -> int:
    now, actor = timezone.now(), system_user()
    with transaction.atomic():
        unit = unit_called(args.unit) if args.unit else None
        draft = PersonDraft(full_name=args.name, phone=args.phone, unit=unit)
        issued = add_person(username=args.username, draft=draft, actor=actor, now=now)
        if args.role:
            role = Role(args.role)
            for_unit = role in FOR_A_UNIT
            post = PostDraft(
                role=role,
                from_on=city_day(now),
                area_code=args.area or ("" if for_unit else settings.YANZHEN_CITY_CODE),
                unit_code=(args.unit or "") if for_unit else "",
                title=args.title,
            )
            appoint(person=issued.person, draft=post, actor=actor, now=now)
    print(f"已建立账号 {issued.person.username}（{issued.person.full_name}）")
    print(f"一次性密码：{issued.password}")
    print("首次登录须修改密码。密码只在此处显示一次。")
    if not args.role:
        print("这个账号还没有岗位，暂时不能办事。")
    return 0


def unit_called(code: str) -> Unit:
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise UnitUnknown(code=code)
    return unit
