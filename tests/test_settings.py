"""Settings come from variables or a file, and wrong ones are named."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from modeldex import settings
from modeldex.refresh.breaker import Breaker
from modeldex.refresh.suspicion import Thresholds
from modeldex.settings import Settings, SettingsError
from support import live


@pytest.fixture(autouse=True)
def _no_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scale of the tests is no setting."""
    monkeypatch.delenv("MODELDEX_TEST_SCALE", raising=False)


def write(text: str | bytes) -> None:
    """Put the file of settings where the command is run."""
    Path("modeldex.toml").write_bytes(text.encode() if isinstance(text, str) else text)


def test_without_anything_set_the_defaults_hold() -> None:
    """A newcomer sets nothing."""
    found = settings.load()
    assert (found.host, found.port, found.workers) == ("127.0.0.1", 8000, 1)
    assert (found.refresh_interval, found.fetch_concurrency) == (900.0, 16)
    assert found.store == "sqlite+aiosqlite:///var/modeldex.db"
    assert found.snapshots == Path("var/snapshots")
    assert found.sources is None
    assert found.admin_key is None


def test_what_is_not_set_of_guard_and_breaker_is_as_they_know_it() -> None:
    """The defaults of the settings are those that the parts are tested with."""
    found, guard, breaker = settings.load(), Thresholds(), Breaker()
    assert (found.guard_factor, found.guard_answers) == (guard.factor, guard.answers)
    assert found.guard_least_share == guard.least_share
    assert found.guard_most_suspicious == guard.most_suspicious
    assert found.retire_after == guard.retire_after
    assert (found.breaker_failures, found.breaker_seconds) == (breaker.failures, breaker.shortest)
    assert found.breaker_longest == breaker.longest


def test_a_variable_sets_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is that of the setting, in capitals, with our prefix."""
    monkeypatch.setenv("MODELDEX_PORT", "9001")
    monkeypatch.setenv("MODELDEX_DATA_DIR", "/srv/modeldex")
    monkeypatch.setenv("MODELDEX_STORE_URL", "postgresql://db/modeldex")
    found = settings.load()
    assert (found.port, found.snapshots) == (9001, Path("/srv/modeldex/snapshots"))
    assert found.store == "postgresql://db/modeldex"


def test_the_file_sets_what_no_variable_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables win over the file, the file over the defaults."""
    write('port = 9001\nworkers = 2\nsources = ["openai", "groq"]\n')
    monkeypatch.setenv("MODELDEX_WORKERS", "3")
    found = settings.load()
    assert (found.port, found.workers, found.sources) == (9001, 3, ("openai", "groq"))


def test_it_is_told_where_each_setting_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """The origin of a setting is the environment, the file by its name, or the default."""
    write("port = 9001\nworkers = 2\n")
    monkeypatch.setenv("MODELDEX_WORKERS", "3")
    monkeypatch.setenv("MODELDEX_HOST", "")
    origins = settings.origins(settings.load())
    assert (origins["workers"], origins["port"]) == ("environment", "modeldex.toml")
    assert (origins["host"], origins["data_dir"]) == ("default", "default")
    assert origins.keys() == Settings.model_fields.keys()


@pytest.mark.parametrize(
    ("stated", "found"),
    [("openai", ("openai",)), (" openai, groq ,", ("openai", "groq")), (" , ", None), ("", None)],
)
def test_a_list_of_sources_is_told_by_commas(
    stated: str, found: tuple[str, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blanks are no names, and no names at all mean every source."""
    monkeypatch.setenv("MODELDEX_SOURCES", stated)
    assert settings.load().sources == found


@pytest.mark.parametrize("name", ["PORT", "SOURCES_DIR", "ADMIN_KEY", "SOURCE_MIRROR"])
def test_an_empty_variable_is_as_good_as_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a compose file passes on without a value does not count, least of all as a key."""
    monkeypatch.setenv(f"MODELDEX_{name}", "")
    assert getattr(settings.load(), name.lower()) == Settings.model_fields[name.lower()].default


@pytest.mark.parametrize("name", ["MODELDEX_PROT", "modeldex_prot", "MODELDEX_", "MODELDEX_A_B"])
def test_an_unknown_variable_is_an_error_that_names_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt setting is not passed over."""
    monkeypatch.setenv(name, "9001")
    with pytest.raises(SettingsError, match=f"Unknown settings: {name.upper()}"):
        settings.load()


def test_an_unknown_setting_of_the_file_is_an_error_that_names_it() -> None:
    """The file is as strict as the variables."""
    write("prot = 9001\n")
    with pytest.raises(SettingsError, match="MODELDEX_PROT: Extra inputs are not permitted"):
        settings.load()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "many", "valid integer"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("WORKERS", "0", "greater than or equal to 1"),
        ("REFRESH_INTERVAL", "0.5", "greater than or equal to 1"),
        ("REFRESH_INTERVAL", "nan", "finite number"),
        ("SOURCE_TIMEOUT", "0", "greater than 0"),
        ("SOURCE_MIRROR", "mirror/{source}", "must be a template such as http"),
        ("GUARD_FACTOR", "1", "greater than or equal to 2"),
        ("GUARD_LEAST_SHARE", "1.5", "less than or equal to 1"),
        ("GUARD_MOST_SUSPICIOUS", "-1", "greater than or equal to 0"),
        ("GUARD_ANSWERS", "0", "greater than or equal to 1"),
        ("RETIRE_AFTER", "0", "greater than or equal to 1"),
        ("BREAKER_FAILURES", "0", "greater than or equal to 1"),
        ("BREAKER_SECONDS", "-1", "greater than or equal to 0"),
        ("LOG_FORMAT", "xml", "console|json"),
    ],
)
def test_a_wrong_value_is_an_error_that_says_what_is_allowed(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting is named as it is set."""
    monkeypatch.setenv(f"MODELDEX_{name}", value)
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert f"MODELDEX_{name}: " in str(caught.value)
    assert said in str(caught.value)


def test_all_wrong_values_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to find them one after the other."""
    monkeypatch.setenv("MODELDEX_PORT", "x")
    monkeypatch.setenv("MODELDEX_WORKERS", "y")
    with pytest.raises(SettingsError, match=r"MODELDEX_PORT: .*; MODELDEX_WORKERS: "):
        settings.load()


@pytest.mark.parametrize("text", ["port = ", b"# \xff\nport = 1"], ids=["toml", "bytes"])
def test_a_file_that_cannot_be_read_is_one_clear_error(text: str | bytes) -> None:
    """The file is named, with what is wrong in it."""
    write(text)
    with pytest.raises(SettingsError, match=r"modeldex\.toml cannot be read: "):
        settings.load()


def test_settings_do_not_change() -> None:
    """What was read holds for the life of a process."""
    with pytest.raises(ValidationError, match="frozen"):
        settings.load().port = 1


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, None),
        ({"SECOND_KEY": " b "}, "b"),
        ({"FIRST_KEY": "a", "SECOND_KEY": "b"}, "a"),
        ({"FIRST_KEY": "  ", "SECOND_KEY": "b"}, "b"),
    ],
)
def test_the_first_variable_that_says_something_is_used(
    given: dict[str, str], found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider's key may have several names; blank ones do not count."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert settings.variable(["FIRST_KEY", "SECOND_KEY"]) == found


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    """The command prints every setting with its origin, a key or password of none of them."""
    run = live.run(
        tmp_path,
        "settings",
        "--json",
        ADMIN_KEY="s3cret-key",
        STORE_URL="postgresql://me:s3cret-password@db/modeldex",
    )
    assert (run.returncode, "s3cret" in run.stdout + run.stderr) == (0, False)
    assert '"origin": "environment"' in run.stdout
    assert "db/modeldex" in run.stdout


def test_a_wrong_setting_ends_the_command_with_one_sentence(tmp_path: Path) -> None:
    """What a person sees is the reason, not a trace."""
    run = live.run(tmp_path, "settings", PORT="many")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("modeldex: Wrong settings: MODELDEX_PORT: ")
    assert run.stderr.count("\n") == 1
