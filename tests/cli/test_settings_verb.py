"""`modeldex settings`."""

import json
from pathlib import Path

from modeldex.settings import Settings
from support import live

SECRETS = ("s3cret-admin", "s3cret-store", "s3cret-proxy")


def test_settings_tells_values_and_origins_and_no_secret(tmp_path: Path) -> None:
    """Each setting comes with where it is from; keys and passwords in URLs are masked."""
    Path("modeldex.toml").write_text("port = 8123\nworkers = 3\n")
    given = {
        "ADMIN_KEY": "s3cret-admin",
        "STORE_URL": "postgresql+asyncpg://me:s3cret-store@db.example/x?password=s3cret-store",
        "SOURCE_MIRROR": "http://me:s3cret-proxy@127.0.0.1:9/{source}",
        "WORKERS": "2",
        "SOURCES": "groq,openai",
    }
    done = live.run(tmp_path, "settings", "--json", **given)
    found = json.loads(done.stdout)

    assert set(found) == set(Settings.model_fields)
    assert found["port"] == {"value": 8123, "origin": "modeldex.toml"}
    assert found["workers"] == {"value": 2, "origin": "environment"}
    assert found["host"] == {"value": "127.0.0.1", "origin": "default"}
    assert found["sources"]["value"] == "groq,openai"
    assert found["admin_key"]["value"] == "********"
    assert found["store_url"]["value"].startswith("postgresql+asyncpg://********@db.example/x")
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)


def test_settings_explains_each_setting_to_people(tmp_path: Path) -> None:
    """The table names each variable, its value, its origin and what it is about."""
    done = live.run(tmp_path, "settings", ADMIN_KEY="s3cret-admin")

    for name, field in Settings.model_fields.items():
        assert f"MODELDEX_{name.upper()}" in done.stdout
        assert str(field.description) in done.stdout
    assert "s3cret" not in done.stdout
