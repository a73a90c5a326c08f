"""The short form of `make soak`: seconds, on a small archive with the fake model."""

from pathlib import Path

import pytest

from archive.intake.ingest import ingest
from tests.reliability.serving.server import served
from tests.reliability.soak.clients import KINDS
from tests.reliability.soak.run import Plan, are_alike, measure_memory, print_report, soak
from tests.support.fakes import FakeEmbedder, make_item
from web.services import Services
from web.settings import Settings

PLACES = ("Sarvelle", "digue", "phare", "gué", "quai", "moulin", "écluse", "halle", "gare", "bac")
DEEDS = ("rouvre", "ferme", "brûle", "attend", "change", "tient", "penche", "gèle")
PLAN = Plan(minutes=0.15, readers=2, writes_per_second=5, compared=24)


@pytest.mark.slow
def test_it_stays_quick_and_right_under_load(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    fill(home)
    report = soak(home, PLAN, served, FakeEmbedder())
    print_report(report, PLAN)
    told = capsys.readouterr().out
    assert report.is_clean, told
    assert report.compared == PLAN.compared
    assert {*KINDS, "added", "updated", "removed", "visible"} == set(report.record.seconds)
    assert report.memory.resident > report.memory.private > 0
    assert "answers compared 24, differing 0" in told


def test_growth_is_measured_after_the_warm_up() -> None:
    warming = [(minute / 60, 900.0 + 50 * minute, 800.0) for minute in range(5)]
    steady = [(minute / 60, 1_200.0 + minute / 60, 800.0 - minute / 30) for minute in range(5, 20)]
    memory = measure_memory(warming + steady)
    assert memory.resident_slope == pytest.approx(1.0)
    assert memory.private_slope == pytest.approx(-2.0)


def test_answers_may_differ_by_rounding_alone() -> None:
    def page(*scores: tuple[int, float]) -> dict[str, object]:
        return {"results": [{"article": {"id": i}, "score": score} for i, score in scores]}

    one = page((1, 1.9), (2, 0.501), (3, 0.5))
    assert are_alike(one, page((1, 1.9001), (3, 0.502), (2, 0.5)))
    assert are_alike(one, page((1, 1.9), (2, 0.501), (4, 0.499)))
    assert not are_alike(one, page((1, 1.9), (2, 0.501), (4, 0.3)))
    assert not are_alike(one, page((1, 1.5), (2, 0.501), (3, 0.5)))
    assert not are_alike(one, page((2, 0.501), (3, 0.5)))
    assert are_alike(["m", []], ["m", []])
    assert not are_alike({"bars": [1]}, {"bars": [2]})


def fill(home: Path) -> None:
    services = Services(Settings(home=home), FakeEmbedder())
    items = [
        make_item(f"Le {place} {deed} {n}", f"Le {place} {deed} le {n} mai, dit la mairie {n}.")
        for place in PLACES
        for deed in DEEDS
        for n in range(4)
    ]
    list(ingest(items, services.store))
    services.index()
    services.close()
