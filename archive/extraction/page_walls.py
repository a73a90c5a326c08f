"""Recognizes the notices of paywalls: "Il vous reste 85 % de cet article à lire". Pure."""

import re

MAX_NOTICE_CHARACTERS = 400
# What a notice speaks of. A story about subscriptions may use any of these words, but rarely two
# kinds of them in a short paragraph that also addresses the reader.
_SUBSCRIBING = (
    r"abonn\w*|abo|subscri\w+|suscri\w+|abbona\w+|assinant\w+|prenumer\w+|premium|mitglied\w*"
    r"|members?(?:hip)?"
)
_SIGNING_IN = (
    r"connect(?:ez|er)|identifi(?:ez|er)|créez? (?:un|votre) compte|log ?in|sign (?:in|up)|inloggen"
    r"|register (?:now|for|to)|create (?:an?|your) \w*\s?account|anmelden|einloggen|registrier\w*"
    r"|inicia\w* sesión|accedi"
)
_READING_ON = (
    r"lire la suite|(?:la )?suite (?:de (?:cet|l)|est)|de cet article|c(?:et article|e contenu) est"
    r"|weiter ?lesen|dieser (?:artikel|inhalt|text)|(?:read|keep|continue) (?:on|reading|more)"
    r"|read the (?:full|rest|whole)|full (?:article|story|access)|this (?:article|story|content) is"
    r"|(?:seguir|sigue|continuar?) leyendo|este (?:artículo|contenido|conteúdo) (?:es|é)"
    r"|questo (?:articolo|contenuto) è|dit artikel is|lees verder"
)
_PAYING = (
    r"illimité\w*|unlimited|unbegrenzt\w*|ilimitad\w*|illimitat\w*|sans engagement|par mois|formule"
    r"|(?:a|per|each) month|(?:im|pro) monat|monatlich|al mese?|free trial|essai gratuit|testen"
    r"|cancel any ?time|jederzeit kündbar"
)
_SUBJECTS = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (_SUBSCRIBING, _SIGNING_IN, _READING_ON, _PAYING)
)
_READER = re.compile(
    r"\b(?:vous|votre|vos|nos|notre|you|your|our|sie|ihr\w*|unsere\w*|jetzt|hier|subscribe to|"
    r"réservée? aux abonnés|tu|tus|nuestr\w+|nostr\w+|je|uw|onze)\b",
    re.IGNORECASE,
)
MIN_SUBJECTS = 2


def is_wall_notice(text: str) -> bool:
    """Return whether a short paragraph asks the reader to subscribe or sign in to read on."""
    if len(text) > MAX_NOTICE_CHARACTERS or not _READER.search(text):
        return False
    return sum(subject.search(text) is not None for subject in _SUBJECTS) >= MIN_SUBJECTS
