"""The facts and figures of the loop, declared once for every engine and every page."""

from yanzhen.cases.figures.dimensions import PLACES
from yanzhen.cases.figures.facts import CASES, OVERDUE, RETURNS
from yanzhen.cases.figures.loop import FIGURES
from yanzhen.figures import registry

registry.declare_places(PLACES)
registry.declare(facts=(CASES, RETURNS, OVERDUE), figures=FIGURES)
