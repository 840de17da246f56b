"""``modeldex settings``."""

import re

from pydantic import SecretStr

from modeldex import settings as settings_module
from modeldex.cli import output
from modeldex.settings import PREFIX, Settings

NAME = "settings"
_MASK = "********"
_PASSWORD = re.compile(r"(?<=://)[^/@]*(?=@)|(?<=password=)[^&]*")  # of a database, of a proxy


def command(json: output.Json = False) -> None:
    """Show every setting, its value and where it comes from; secrets are masked."""
    found = settings_module.load()
    origins = settings_module.origins(found)
    if json:
        shown = {name: {"value": _shown(found, name), "origin": origins[name]} for name in origins}
        output.as_json(shown)
        return
    rows = (
        (
            PREFIX + name.upper(),
            _shown(found, name),
            origins[name],
            Settings.model_fields[name].description,
        )
        for name in origins
    )
    output.as_table(("setting", "value", "from", "about"), rows)


def _shown(found: Settings, name: str) -> object:
    value = getattr(found, name)
    if isinstance(value, SecretStr):
        return _MASK
    if isinstance(value, str):
        return _PASSWORD.sub(_MASK, value)
    if isinstance(value, tuple):
        return ",".join(value)
    return value if value is None or isinstance(value, int | float) else str(value)
