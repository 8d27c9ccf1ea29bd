"""Whether the database has the tables of this version."""

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused


class NotInitialised(Refused):
    """The tables are not those of this version."""

    code = "not_initialised"
    message = _("数据库尚未建立或不是最新，请先执行 yanzhen init。")


def require_tables() -> None:
    """Go on, or raise `NotInitialised`: nothing works over tables of another version."""
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotInitialised
