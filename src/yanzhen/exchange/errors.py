"""Why a file was not read at all. What is wrong with its rows is `core.errors.RowErrors`."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused


class FileRefused(Refused):
    """The file is no table that can be read; the subclasses say why."""

    code = "file_refused"
    message = _("这个文件不能导入。")


class FileEmpty(FileRefused):
    """There is nothing in it."""

    code = "file_empty"
    message = _("文件“%(name)s”是空的，请检查是否选对了文件。")


class SheetEmpty(FileRefused):
    """There is no row in it beside the headings."""

    code = "sheet_empty"
    message = _("文件“%(name)s”里没有数据行，请在表头下面填写后再导入。")


class FileTooLarge(FileRefused):
    """It is larger than anything that is read in one go."""

    code = "file_too_large"
    message = _("文件“%(name)s”超过 %(limit)s MB，请拆成几个文件分次导入。")


class FileWrongKind(FileRefused):
    """It is not a table, whatever its name says."""

    code = "file_wrong_kind"
    message = _("文件“%(name)s”的内容是%(kind)s，不能导入。请另存为 Excel（.xlsx）或 CSV 文件。")


class FileDamaged(FileRefused):
    """It begins well and cannot be read."""

    code = "file_damaged"
    message = _("文件“%(name)s”已损坏或不完整，请用 Excel 或 WPS 重新打开并另存为 .xlsx 后再试。")


class FileLocked(FileRefused):
    """It asks for a password."""

    code = "file_locked"
    message = _("文件“%(name)s”设有打开密码，请取消密码、另存后再导入。")


class EncodingUnknown(FileRefused):
    """Its bytes are text in no encoding that we know."""

    code = "encoding_unknown"
    message = _(
        "文件“%(name)s”的文字编码无法识别（既不是 UTF-8 也不是 GBK），请用记事本另存为 UTF-8 编码。"
    )


class SheetUnknown(FileRefused):
    """The workbook has no sheet of that name."""

    code = "sheet_unknown"
    message = _("文件“%(name)s”里没有工作表“%(sheet)s”，现有：%(sheets)s。")


class HeadingsMissing(FileRefused):
    """No row looks like headings."""

    code = "headings_missing"
    message = _(
        "文件“%(name)s”里没有找到表头。第一行应为列名，例如：%(example)s。可先下载模板再填写。"
    )


class QuotesUnpaired(FileRefused):
    """A quotation mark in a CSV file is never closed."""

    code = "quotes_unpaired"
    message = _("文件“%(name)s”第 %(row)s 行附近的双引号不配对，请修改后再导入。")


class KindUnknown(Refused):
    """Nothing of this name goes in or out."""

    code = "kind_unknown"
    message = _("没有“%(kind)s”这一类，可用的有：%(kinds)s。")


class SuffixUnknown(Refused):
    """The name of a file to be written says what it shall be; this one does not."""

    code = "suffix_unknown"
    message = _("文件名“%(name)s”须以 .csv 或 .xlsx 结尾。")


class TooManyRows(Refused):
    """Excel holds no more than a million rows in a sheet."""

    code = "too_many_rows"
    message = _("共 %(rows)s 行，超过 Excel 一张表的上限，请改用 CSV 导出或缩小范围。")


class MapUnreadable(Refused):
    """The file that says which place is which area has a fault."""

    code = "map_unreadable"
    message = _("地名对照表有误：%(first)s")


class ImportNotReady(Refused):
    """The file was not checked, was refused, or is being imported already."""

    code = "import_not_ready"
    status = 409
    message = _("这次导入现在是“%(status)s”，不能%(move)s。请刷新页面看最新情况。")


class OptionUnfit(Refused):
    """Something that was said beside the file means nothing."""

    code = "option_unfit"
    message = _("没有“%(value)s”这个%(what)s。")
