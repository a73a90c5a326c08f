"""A user's own selectors for single sites."""

import pytest

from archive.errors import SiteRulesError
from archive.extraction.extract import extract_article
from archive.extraction.site_rules import NO_RULE, parse_site_rules

TEXT = "Le gouvernement a annoncé mardi une réforme des retraites qui sera débattue cet automne."
RULES = """
[site."journal.fr"]
body = ".paper"
title = ".big"
authors = ".who"
published = "time.first"
section = ".rubric"
remove = ".paper aside"
"""
PAGE = f"""<html><head><meta property="og:title" content="Autre titre"></head><body>
<p>Ceci n'est pas le texte de l'article, mais trafilatura pourrait le prendre pour cela.</p>
<b class=big>Le titre</b><i class=who>Ana Roy</i><i class=who>Léo Blum</i><u class=rubric>Ville</u>
<time class=first datetime=2021-05-04T10:00+02:00>mardi</time>
<div class=paper><h2>Bref</h2><p>{TEXT}</p><aside>Publicité pour tous</aside>Fin.</div>
</body></html>"""


def test_each_selector_reads_its_field() -> None:
    draft = extract_article(PAGE, "https://www.journal.fr/a", parse_site_rules(RULES))
    assert draft.paragraphs == ("Bref", TEXT, "Fin.")
    assert (draft.title, draft.authors) == ("Le titre", ("Ana Roy", "Léo Blum"))
    assert (draft.published, draft.section) == ("2021-05-04T10:00+02:00", "Ville")


def test_a_rule_is_for_its_site_and_those_below_it() -> None:
    rules = parse_site_rules(RULES)
    assert rules.rule_for("m.journal.fr") == rules.rule_for("Journal.fr.") != NO_RULE
    assert (
        rules.rule_for("autrejournal.fr") == rules.rule_for("fr") == rules.rule_for(None) == NO_RULE
    )
    assert extract_article(PAGE, "https://autre.fr/a", rules).title == "Autre titre"


def test_a_selector_that_matches_nothing_leaves_the_usual_way() -> None:
    rules = parse_site_rules('[site."journal.fr"]\nbody = ".no"\ntitle = ".no"')
    draft = extract_article(PAGE, "https://journal.fr/a", rules)
    assert draft.title == "Autre titre"
    assert TEXT in draft.paragraphs


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("site = [", "not valid TOML"),
        ('[sites."a.fr"]', "nothing else"),
        ("site = 3", "nothing else"),
        ('[site]\n"a.fr" = 3', "'a.fr' is not a table"),
        ('[site."a.fr"]\nbodi = "p"', "no key 'bodi'; the keys are: body, title"),
        ('[site."a.fr"]\nbody = "p["', "body is not a CSS selector"),
        ('[site."a.fr"]\nbody = 3', "body is not a CSS selector"),
    ],
)
def test_a_wrong_file_is_named_where_it_is_wrong(toml: str, message: str) -> None:
    with pytest.raises(SiteRulesError, match=message):
        parse_site_rules(toml)
