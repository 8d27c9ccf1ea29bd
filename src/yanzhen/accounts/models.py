"""Users and posts."""

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Role
from yanzhen.core.locking import LockingQuerySet


class UserManager(BaseUserManager["User"]):
    """What sign-in needs to find a user."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by user name, whatever its letter case."""
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """A person, or the system itself. Without a post, nobody may do anything."""

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    full_name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("办公电话"), max_length=40, blank=True, default="")
    unit_code = models.CharField(
        _("所在单位"), max_length=40, blank=True, default="", db_index=True
    )
    is_active = models.BooleanField(_("在用"), default=True)
    is_system = models.BooleanField(_("系统"), default=False)
    must_change_password = models.BooleanField(_("下次登录须改密码"), default=False)
    language = models.CharField(_("语言"), max_length=10, blank=True, default="")
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = UserManager()
    rows = LockingQuerySet["User"].as_manager()

    def __str__(self) -> str:
        return self.full_name


class PostQuerySet(LockingQuerySet["Post"]):
    """Posts, by day."""

    def held_on(self, day: date) -> "PostQuerySet":
        """The posts that were held on `day`, its first and last day included."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=day), from_on__lte=day)


class Post(models.Model):
    """One role, held by one person over one area or for one unit, from a day to a day.

    Scopes are codes: this app lies under the net and knows neither areas nor units.
    """

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="posts", verbose_name=_("人员")
    )
    role = models.CharField(_("岗位"), max_length=20, choices=Role.choices)
    area_code = models.CharField(_("区域"), max_length=30, blank=True, default="")
    unit_code = models.CharField(_("单位"), max_length=40, blank=True, default="")
    title = models.CharField(_("岗位名称"), max_length=60, blank=True, default="")
    from_on = models.DateField(_("任职起"))
    to_on = models.DateField(_("任职止"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=models.F("from_on")),
                name="post_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(area_code="", unit_code=""), name="post_has_a_scope"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "from_on"]),
            models.Index(fields=["unit_code"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.area_code or self.unit_code}"


class SavedView(models.Model):
    """A list as somebody wants to see it again: a name for a query string."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("人员")
    )
    page = models.CharField(_("页面"), max_length=60)
    name = models.CharField(_("名称"), max_length=30)
    query = models.CharField(_("条件"), max_length=1000)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "page", "name"], name="saved_view_name_once_a_page"
            )
        ]

    def __str__(self) -> str:
        return self.name
