"""``modeldex settings``."""

from modeldex import settings as settings_module
from modeldex.cli import output
from modeldex.settings import PREFIX, Settings

NAME = "settings"


def command(json: output.Json = False) -> None:
    """Show every setting, its value and where it comes from; secrets are masked."""
    shown = settings_module.shown(settings_module.load())
    if json:
        output.as_json(shown)
        return
    rows = (
        (
            PREFIX + name.upper(),
            one["value"],
            one["origin"],
            Settings.model_fields[name].description,
        )
        for name, one in shown.items()
    )
    output.as_table(("setting", "value", "from", "about"), rows)
