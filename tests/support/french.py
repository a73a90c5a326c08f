"""The French of the pages: where its catalogue lies, and how a browser asks for it."""

from web.i18n.catalogue import TRANSLATIONS

FOLDER = TRANSLATIONS / "fr" / "LC_MESSAGES"
FRENCH = {"Accept-Language": "fr-FR, en;q=0.5"}
