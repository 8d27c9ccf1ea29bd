"""A small city as it stands on a morning: what came in overnight, what waits, what was done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import PASSWORD, make_user
from yanzhen.cases import operations as loop
from yanzhen.cases.enums import CaseStatus, Source
from yanzhen.cases.models import Case, RoutingRule
from yanzhen.cases.tests.factories import make_case, make_category, make_draft, make_policy
from yanzhen.files.models import Photo
from yanzhen.files.tests.factories import make_photo
from yanzhen.places.tests.factories import make_area, make_boundary, make_site
from yanzhen.units.tests.factories import make_site_unit, make_unit

COMMUNITY = "430406001001"
MARKET = (26.89, 112.61)


@dataclass
class City:
    """The people of the journeys, and where they work."""

    now: datetime
    operator: User
    inspector: User
    keeper: User
    handler: User

    def case(self, title: str, status: CaseStatus = CaseStatus.FILED, **fields: object) -> Case:
        """A case that the office handed to the lamp works, half an hour a step until now."""
        given = {
            "title": title,
            "category": self.lamps,
            "unit": self.works,
            "operator": self.operator,
            "handler": self.handler,
            "at": self.now - timedelta(hours=4),
        }
        return make_case(status=status, **given | fields)  # type: ignore[arg-type]  # as the factory takes them

    def __post_init__(self) -> None:
        make_policy()
        self.community = make_area(COMMUNITY)
        make_boundary(COMMUNITY, (112.60, 26.88, 112.62, 26.90))
        self.lamps = make_category("lamps", name="路灯照明", words="路灯 不亮")
        self.works = make_unit("LD", name="市路灯管理处", short_name="路灯处")
        self.market = make_site(name="先锋农贸市场", area=self.community)
        make_site_unit(site=self.market, unit=make_unit("CG", name="雁峰区城市管理局"))
        RoutingRule.objects.create(
            name="路灯全市归口", category=self.lamps, unit=self.works, sort=10
        )

    def overnight(self, title: str) -> Case:
        """Somebody called the hotline in the night; nobody has looked at it yet."""
        return loop.report_case(
            draft=make_draft(
                title=title, category=self.lamps, source=Source.HOTLINE, area=self.community
            ),
            actor=self.operator,
            now=self.now - timedelta(hours=9),
        )

    def asks_for_time(self, title: str, why: str) -> Case:
        """The unit has it in hand and asks for two days more."""
        due_at = self.now + timedelta(days=1)
        case = self.case(title, CaseStatus.ACKNOWLEDGED, due_at=due_at)
        return loop.ask_extension(
            case_id=case.pk,
            wanted_due_at=due_at + timedelta(days=2),
            words=why,
            actor=self.handler,
            now=self.now - timedelta(hours=1),
            client_id=uuid4(),
        )

    def dispatched(self, title: str) -> Case:
        """The unit has been handed it, with a photo from before; it is due tomorrow."""
        case = loop.file_draft(
            draft=make_draft(
                title=title, category=self.lamps, site=self.market, photos=(self.photo("gray"),)
            ),
            actor=self.operator,
            now=self.now - timedelta(hours=4),
        )
        return loop.dispatch_case(
            case_id=case.pk,
            unit=self.works,
            due_at=self.now + timedelta(days=1),
            actor=self.operator,
            now=self.now - timedelta(hours=3),
        )

    def verified(self, title: str) -> Case:
        """The unit has put it right, and an inspector has seen that; it waits to be closed."""
        case, unit = self.dispatched(title), self.handler
        loop.acknowledge_case(case_id=case.pk, actor=unit, now=self.now - timedelta(hours=2))
        loop.submit_case(
            case_id=case.pk,
            words="已更换灯具",
            photos=[self.photo("gold")],
            actor=unit,
            now=self.now - timedelta(hours=1),
        )
        return loop.verify_case(
            case_id=case.pk, words="现场已亮", on_site=True, actor=self.inspector, now=self.now
        )

    def photo(self, color: str) -> Photo:
        """A photo that is really there."""
        return make_photo(color=color, actor=self.operator, now=self.now - timedelta(hours=5))


def wake_up() -> City:
    """A city this morning, by the real clock: the pages tell the time by it too."""
    make_area("4304")
    return City(
        now=timezone.now(),
        operator=make_user(
            Role.OPERATOR, full_name="钱值班", username="qian", password=PASSWORD, title="综合组"
        ),
        inspector=make_user(
            Role.INSPECTOR, full_name="孙督查", username="sun", password=PASSWORD, title="督查一组"
        ),
        keeper=make_user(
            Role.KEEPER,
            full_name="周网格",
            username="zhou",
            password=PASSWORD,
            area_code=COMMUNITY,
            title="第三网格",
        ),
        handler=make_user(
            Role.HANDLER, full_name="李经办", username="li", password=PASSWORD, unit_code="LD"
        ),
    )
