"""Why a picture was not taken in. Nothing is kept of a refused one."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused


class PhotoRefused(Refused):
    """The file is no photo that can be kept; the subclasses say why."""

    code = "photo_refused"
    message = _("这张照片不能上传。")


class PhotoEmpty(PhotoRefused):
    """There is nothing in the file."""

    code = "photo_empty"
    message = _("文件“%(name)s”是空的，请重新选择照片。")


class PhotoTooLarge(PhotoRefused):
    """The file has more bytes than are read."""

    code = "photo_too_large"
    message = _("照片“%(name)s”超过 %(limit)s MB，请压缩或重新拍摄后再上传。")


class PhotoTooManyPixels(PhotoRefused):
    """The picture is larger than is safe to unpack, however small its file."""

    code = "photo_too_many_pixels"
    message = _("照片“%(name)s”超过 %(limit)s 百万像素，请把相机分辨率调低后重拍，或缩小后再上传。")


class PhotoWrongKind(PhotoRefused):
    """The content is of another kind, whatever the name says."""

    code = "photo_wrong_kind"
    message = _("文件“%(name)s”的内容是%(kind)s，不是照片。请上传 JPEG、PNG、WebP 或 HEIC 照片。")


class PhotoDamaged(PhotoRefused):
    """The picture begins well and cannot be read to its end."""

    code = "photo_damaged"
    message = _("照片“%(name)s”不完整或已损坏，请重新拍摄或重新传输后再上传。")


class PhotoPlaceUnfit(PhotoRefused):
    """The coordinates sent beside the picture are no place on earth."""

    code = "photo_place_unfit"
    message = _("照片的经纬度须同时给出，且纬度在 −90 到 90、经度在 −180 到 180 之间。")


class ShelfFull(PhotoRefused):
    """The disk has no room left."""

    code = "shelf_full"
    status = 507
    message = _("服务器存储空间不足，照片没有保存。请联系系统管理员。")
