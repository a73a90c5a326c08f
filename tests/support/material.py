"""Texts and files that several tests read."""

from pathlib import Path

FRENCH_TEXT = " ".join(
    f"Le {place} du canton de Sarvelle a voté {number} mesures contre la crue de {month}."
    for place, number, month in [
        ("conseil", "trois", "mars"), ("maire", "neuf", "juin"), ("préfet", "onze", "mai"),
        ("syndicat", "deux", "avril"), ("juge", "sept", "août"), ("comité", "cent", "juillet"),
        ("député", "vingt", "octobre"), ("cercle", "mille", "novembre"),
        ("chœur", "six", "janvier"),
    ]
)  # fmt: skip
ENGLISH_TEXT = " ".join(
    f"The {animal} of the harbour sold {number} boats to a {buyer} before the tide."
    for animal, number, buyer in [
        ("heron", "four", "baker"), ("otter", "ten", "tailor"), ("seal", "two", "miller"),
        ("gull", "six", "doctor"), ("crab", "nine", "painter"), ("eel", "eight", "singer"),
        ("cod", "five", "sailor"), ("whelk", "three", "printer"), ("shrimp", "seven", "poet"),
    ]
)  # fmt: skip


def write_lines(path: Path, count: int) -> Path:
    """Write `count` articles as JSON lines."""
    rows = (f'{{"title": "Titre {n}", "text": "Le texte numéro {n}."}}\n' for n in range(count))
    path.write_text("".join(rows), "utf-8")
    return path
