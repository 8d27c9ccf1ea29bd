"""Photos as they are kept."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.core.locking import LockingQuerySet


class Photo(models.Model):
    """One uploaded picture: what came, by hash, and what is kept, re-encoded and without metadata.

    `taken_at`, `lat` and `lon` are what the sender said, in the picture or beside it: claims only.
    """

    sha256 = models.CharField(_("原件摘要"), max_length=64, db_index=True)
    original_name = models.CharField(_("原文件名"), max_length=120, blank=True, default="")
    original_bytes = models.PositiveIntegerField(_("原件字节"))
    original_format = models.CharField(_("原格式"), max_length=10)
    name = models.CharField(_("存放名"), max_length=120, unique=True)
    thumb_name = models.CharField(_("缩略图"), max_length=120)
    width = models.PositiveIntegerField(_("宽"))
    height = models.PositiveIntegerField(_("高"))
    taken_at = models.DateTimeField(_("拍摄时间"), null=True, blank=True)
    lat = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    lon = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    uploaded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))
    client_id = models.UUIDField(_("提交编号"), null=True, blank=True, unique=True)
    mark_count = models.PositiveSmallIntegerField(
        _("特征数"), null=True, blank=True, help_text=_("还没有算过的为空；一片空白的照片为 0。")
    )

    objects = LockingQuerySet["Photo"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__isnull=False, lon__isnull=False),
                name="photo_place_is_whole",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(mark_count=None), name="photo_not_marked"),
        ]

    def __str__(self) -> str:
        return self.name


class PhotoMark(models.Model):
    """One telling spot of a photo as a number, by which copies of the photo are found.

    See `likeness` for what the numbers are. They are read by number alone, so one index holds
    all that a look-up needs.
    """

    photo = models.ForeignKey(
        Photo, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("照片")
    )
    key = models.IntegerField(_("特征"))

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key", "photo"], name="photo_mark_key")]

    def __str__(self) -> str:
        return f"{self.photo_id} {self.key}"
