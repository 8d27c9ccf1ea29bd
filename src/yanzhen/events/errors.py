"""Refusals of the record."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused


class ClientIdReused(Refused):
    """One client id was sent with two different deeds."""

    code = "client_id_reused"
    status = 409
    message = _("这次提交的编号已用于另一项操作，请刷新页面后重试。")
