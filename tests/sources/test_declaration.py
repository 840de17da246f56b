"""What a declaration may say, and how a wrong one is named."""

import pytest

from modeldex.errors import DeclarationError
from modeldex.sources import formats, harvest
from modeldex.sources.declaration import Declaration
from modeldex.sources.parse import FIELDS, FORMATS, PACKAGES, parse

RATE = '[rates]\ninput = { at = "x", '
HEAD = 'id = "acme"\nname = "Acme"\nlist = "https://acme.example/models"\n'
FIELDS_ID = '[fields]\nid = "id"\n'
COUNT = 'is not a count like "1", "1K", "1M" or "10B"'
UNITS = "exactly one of usd_per, cents_per, or unit with units is needed"
WAYS = "parameter with next, number, offset with size, or url"

# What is written, the key that must be named, and what must be said to be allowed.
WRONG = [
    ("id = ", "", "not valid TOML"),
    (HEAD + f"rows = {'[' * 3000}{']' * 3000}", "", "not valid TOML"),
    ('name = "Acme"', "id", "missing"),
    ('id = "A B"\nname = "Acme"', "id", "matching regex '^[a-z0-9]"),
    ('id = "acme\\n"\nname = "Acme"', "id", "matching regex '^[a-z0-9]"),
    (HEAD + "lits = 1\n" + FIELDS_ID, "lits", "allowed are aliases, author, book"),
    (HEAD + 'book = "yes"\n' + FIELDS_ID, "book", "Expected `bool`"),
    (HEAD + "timeout = 0\n" + FIELDS_ID, "timeout", "> 0"),
    (
        HEAD + 'format = "xml"\n' + FIELDS_ID,
        "format",
        "allowed are aihubmix, aimo, cloudflare, dashscope",
    ),
    ('id = "a"\nname = "A"\npackage = "prices"', "package", "allowed are genai-prices"),
    (HEAD.replace("https", "ftp") + FIELDS_ID, "list", "matching regex '^(https?://|"),
    (HEAD.replace("acme.example", "[acme") + FIELDS_ID, "list", "such as https://host/path"),
    (HEAD.replace("acme.example", "acme:port") + FIELDS_ID, "list", "such as https://host/path"),
    (HEAD.replace("https", "http") + FIELDS_ID, "list", "must be https"),
    (HEAD, "fields.id", "the path of the model's id"),
    (HEAD + 'format = "openrouter"', "fields.id", "the path of the model's id"),
    (HEAD + "book = true", "fields.id", "the path of the model's id"),
    (HEAD + FIELDS_ID + 'size = "x"', "fields.size", "allowed are aliases, author"),
    (HEAD + FIELDS_ID + "name = 7", "fields.name", "Expected `str`"),
    (HEAD + FIELDS_ID + '[capabilities]\na = "x"\nb = 7', "capabilities.b", "Expected `str"),
    (HEAD + FIELDS_ID + '[modality]\nat = "x"\nto = 1', "modality.to", "at, present, values"),
    (HEAD + 'key = { env = ["A"], at = 1 }\n' + FIELDS_ID, "key.at", "env, name, optional, place"),
    (
        HEAD + 'key = { env = ["A"], place = "cookie" }\n' + FIELDS_ID,
        "key.place",
        "are bearer, header, query",
    ),
    (HEAD + "key = { env = [] }\n" + FIELDS_ID, "key.env", "length >= 1"),
    (HEAD + 'page = { parameter = "p" }\n' + FIELDS_ID, "page", WAYS),
    (HEAD + 'page = { next = "p" }\n' + FIELDS_ID, "page", WAYS),
    (HEAD + 'page = { next = "p", url = "u" }\n' + FIELDS_ID, "page", WAYS),
    (HEAD + 'page = { offset = "skip" }\n' + FIELDS_ID, "page", WAYS),
    (HEAD + 'page = { number = "p", url = "u" }\n' + FIELDS_ID, "page", WAYS),
    (HEAD + 'page = { number = "p", last = "u" }\n' + FIELDS_ID, "page.last", "first, more, next"),
    (HEAD.replace("acme.ex", "{host}.ex") + FIELDS_ID, "settings.host", "not explained here"),
    (HEAD + 'query = { at = "{region}" }\n' + FIELDS_ID, "settings.region", "not explained here"),
    (HEAD + 'headers = { at = "{region}" }\n' + FIELDS_ID, "settings.region", "{region} is used"),
    (HEAD + 'settings.a = { env = ["A"], to = 1 }\n' + FIELDS_ID, "settings.a.to", "default, env"),
    (HEAD + 'settings.a = { default = "x" }\n' + FIELDS_ID, "settings.a.env", "missing"),
    (HEAD + 'derives_from = "b"\n' + FIELDS_ID, "derives_from", "only a book derives"),
    (HEAD + 'copies = ["b"]\n' + FIELDS_ID, "copies", "only a book copies"),
    (HEAD + 'priced_as = "acme"\n' + FIELDS_ID, "priced_as", "must name another provider"),
    (HEAD + 'priced_as = "b"\nbook = true\n' + FIELDS_ID, "priced_as", "said of a provider"),
    (HEAD + 'no_list = "none"\n' + FIELDS_ID, "no_list", "there is a list"),
    (HEAD + 'evidence = { kind = "page", where = "x" }\n' + FIELDS_ID, "evidence.date", "missing"),
    (HEAD + 'evidence = { kind = "rumour" }\n' + FIELDS_ID, "evidence.kind", "are recorded, page"),
    (
        HEAD + FIELDS_ID + '[capabilities]\na = { list = "x", all = [] }',
        "capabilities.a.all",
        "any",
    ),
    (HEAD + FIELDS_ID + '[rates]\ntoken = { at = "x", usd_per = "1" }', "rates.token", "input"),
    (HEAD + FIELDS_ID + '[rates]\ninput = { usd_per = "1" }', "rates.input.at", "missing"),
    (HEAD + FIELDS_ID + '[rates]\ninput = { at = "x", per = "1" }', "rates.input.per", "usd_per"),
    (HEAD + FIELDS_ID + '[rates]\ninput = { at = "x" }', "rates.input", UNITS),
    (HEAD + FIELDS_ID + '[rates]\ninput = { at = "x", usd_per = "0" }', "rates.input", COUNT),
    (HEAD + FIELDS_ID + '[rates]\ninput = { at = "x", usd_per = "1X" }', "rates.input", COUNT),
    (
        HEAD + FIELDS_ID + '[rates]\ninput = { at = "x", usd_per = "1", cents_per = "1" }',
        "rates.input",
        UNITS,
    ),
    (HEAD + FIELDS_ID + '[rates]\ninput = { at = "x", unit = "u" }', "rates.input", UNITS),
    (HEAD + FIELDS_ID + RATE + 'usd_per = "1", units = { t = "1" } }', "rates.input", UNITS),
    (HEAD + FIELDS_ID + RATE + 'unit = "u", units = { t = "M" } }', "rates.input", COUNT),
    (
        HEAD + FIELDS_ID + RATE + 'usd_per = "1", text = "de" }',
        "rates.input.text",
        "allowed are us",
    ),
    (
        HEAD + FIELDS_ID + '[rates]\ninput = { at = "x", usd_per = "1", min_input_tokens = 0 }',
        "rates.input.min_input_tokens",
        ">= 1",
    ),
]


def declared(lines: str) -> Declaration:
    """Return a declaration that says *lines* besides what it must say."""
    return parse(HEAD + lines + "\n" + FIELDS_ID, "acme.toml")


@pytest.mark.parametrize(("text", "key", "allowed"), WRONG)
def test_a_wrong_declaration_names_file_key_and_what_is_allowed(
    text: str, key: str, allowed: str
) -> None:
    """Whatever is wrong, the error says in which file, at which key, and what may stand there."""
    with pytest.raises(DeclarationError) as caught:
        parse(text, "acme.toml")
    assert (caught.value.file, caught.value.key) == ("acme.toml", key)
    assert allowed in caught.value.problem
    assert str(caught.value).startswith(f"acme.toml: {key}" if key else "acme.toml: ")


@pytest.mark.parametrize("name", ["MODELDEX_ADMIN_KEY", "MODELDEX_", "modeldex_admin_key", "A B"])
def test_our_own_settings_are_no_keys(name: str) -> None:
    """A declaration cannot name a variable of ours as the key that it sends away."""
    with pytest.raises(DeclarationError, match=r"acme\.toml: key\.env"):
        declared(f'key = {{ env = ["{name}"] }}')


def test_a_key_never_goes_over_plain_http() -> None:
    """A source at an http address is refused, with insecure too as soon as it has a key."""
    plain = HEAD.replace("https", "http")
    found = parse(f"{plain}insecure = true\n{FIELDS_ID}", "acme.toml")
    assert found.url == "http://acme.example/models"
    key = f'insecure = true\nkey = {{ env = ["K"] }}\n{FIELDS_ID}'
    for host in ("acme.example", "127.0.0.1.example", "localhost.example", "127.0.0.1:80@x"):
        with pytest.raises(DeclarationError, match="key: a key is never sent over plain http"):
            parse(plain.replace("acme.example", host) + key, "acme.toml")


@pytest.mark.parametrize("host", ["127.0.0.1:11434", "127.9.9.9", "localhost:8000", "[::1]:80"])
def test_a_key_may_go_over_plain_http_on_this_machine(host: str) -> None:
    """A server of the operator's own may want a key, and nobody listens in between."""
    own = HEAD.replace("https://acme.example", f"http://{host}")
    found = parse(f'{own}insecure = true\nkey = {{ env = ["K"] }}\n{FIELDS_ID}', "acme.toml")
    assert found.url == f"http://{host}/models"


@pytest.mark.parametrize(
    ("unit", "divisor"),
    [
        ('usd_per = "1"', 1),
        ('usd_per = "1K"', 10**3),
        ('usd_per = "1M"', 10**6),
        ('usd_per = "10B"', 10**10),
        ('cents_per = "1M"', 10**8),
        ('cents_per = "100M"', 10**10),
    ],
)
def test_a_unit_says_by_what_the_number_is_divided(unit: str, divisor: int) -> None:
    """Dollars or cents for so many units give one exact divisor."""
    rates = f'[rates]\ninput = {{ at = "x", {unit} }}'
    money = parse(HEAD + FIELDS_ID + rates, "acme.toml").rates["input"]
    assert not isinstance(money, list)
    assert money.divisors() == {None: divisor}


def test_units_that_the_payload_states_give_a_divisor_each() -> None:
    """Where a row names its unit, each name that is known has its own divisor."""
    rates = f'{RATE}unit = "u", units = {{ token = "1", mtok = "1M" }} }}'
    money = parse(HEAD + FIELDS_ID + rates, "acme.toml").rates["input"]
    assert not isinstance(money, list)
    assert money.divisors() == {"token": 1, "mtok": 10**6}


def test_a_source_serves_under_its_own_id_unless_it_says_otherwise() -> None:
    """Several sources may feed one provider."""
    assert declared("").serves == "acme"
    assert declared('provider = "bolt"').serves == "bolt"


@pytest.mark.parametrize(
    ("key", "keyless"),
    [
        ("", True),
        ('key = { env = ["K"] }', False),
        ('key = { env = ["K"], optional = true }', True),
    ],
)
def test_a_source_runs_without_a_key_it_does_not_need(key: str, *, keyless: bool) -> None:
    """A source needs a key only where one is declared and not optional."""
    assert declared(key).runs_keyless is keyless


def test_every_name_that_is_allowed_means_something() -> None:
    """The formats and packages that a declaration may name are those that exist."""
    assert sorted(FORMATS) == sorted(formats.FORMATS)
    assert set(PACKAGES) == set(harvest.PACKAGES)


def test_every_field_can_be_declared() -> None:
    """All fields are accepted together."""
    lines = "\n".join(f'{name} = "x"' for name in sorted(FIELDS))
    assert set(parse(f"{HEAD}[fields]\n{lines}", "acme.toml").fields) == FIELDS
