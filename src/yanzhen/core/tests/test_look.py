"""Light, dark and elder mode without script."""

from http.cookies import Morsel
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.urls("yanzhen.core.tests.pages")


def choose(**chosen: str) -> Any:
    return Client().post(reverse("core:look"), chosen)


def cookie(response: Any, name: str) -> "Morsel[str]":
    found: Morsel[str] = response.cookies[name]
    return found


def test_a_choice_is_kept_on_the_device_and_leads_back() -> None:
    response = choose(theme="dark", next="/cases/?area=4304")

    assert response.status_code == 303
    assert response["Location"] == "/cases/?area=4304"
    assert cookie(response, "yanzhen_theme").value == "dark"
    assert int(cookie(response, "yanzhen_theme")["max-age"]) > 300 * 24 * 3600
    assert "yanzhen_elder" not in response.cookies


@pytest.mark.parametrize("chosen", [{"theme": ""}, {"elder": ""}, {"theme": "pink"}])
def test_no_choice_and_no_known_choice_are_forgotten(chosen: dict[str, str]) -> None:
    response = choose(**chosen)
    (name,) = chosen

    assert cookie(response, f"yanzhen_{name}")["max-age"] == 0


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "javascript:alert(1)"]
)
def test_nobody_is_led_out_of_the_house(elsewhere: str) -> None:
    assert choose(elder="on", next=elsewhere)["Location"] == "/"


def test_a_look_is_not_chosen_by_a_link() -> None:
    assert Client().get(reverse("core:look")).status_code == 405
