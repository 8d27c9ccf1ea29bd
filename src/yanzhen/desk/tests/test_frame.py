"""The frame around every page: each part of the rail leads somewhere, for those who may go there."""

import pytest
from django.test import Client
from django.urls import reverse

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.desk.frame import PARTS, Part


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_part_of_the_rail_has_an_address_that_is_its_own(part: Part) -> None:
    address = reverse(part.name)

    assert not part.prefixes or address.startswith(part.prefixes)


@pytest.mark.parametrize(
    ("role", "answer"),
    [(Role.OPERATOR, 200), (Role.ADMIN, 200), (Role.AUDITOR, 200), (Role.KEEPER, 403)],
)
@pytest.mark.django_db
def test_whoever_may_bring_in_or_take_out_files_is_led_there(role: Role, answer: int) -> None:
    client = Client()
    client.force_login(make_user(role), "django.contrib.auth.backends.ModelBackend")

    page = client.get("/").content.decode()

    assert ("导入导出" in page) is (answer == 200)
    assert client.get(reverse("exchange:exchange")).status_code == answer
