"""The refusals of a person's own account."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused


class WrongPassword(Refused):
    """The password that is to be replaced was not the one in use."""

    code = "wrong_password"
    message = _("现在的密码不对，请再输一次。")


class SamePassword(Refused):
    """A new password has to be new."""

    code = "same_password"
    message = _("新密码不能与现在的密码相同。")


class PasswordWeak(Refused):
    """The new password is easily guessed; each reason is said."""

    code = "password_weak"
    message = _("这个密码不够安全：%(reasons)s")


class LanguageUnknown(Refused):
    """The pages do not exist in that language."""

    code = "language_unknown"
    message = _("没有“%(language)s”这种语言。")
