"""Where a source is asked and with which key, or why it cannot be."""

from collections.abc import Iterable

import pytest

from modeldex.errors import SourceError
from modeldex.sources import registry
from modeldex.sources.address import Addresses, mirrored
from modeldex.sources.declaration import Declaration
from modeldex.sources.parse import parse

URL = "https://acme.example/v1/models"
MIRROR = "http://127.0.0.1:9/{source}"
KEY = 'key = { env = ["K"] }\n'
REGION = 'settings.region = { env = ["REGION"] }\n'
HOST = 'settings.host = { env = ["HOST"] }\n'


def declared(lines: str = "", url: str = URL) -> Declaration:
    """Return a declaration that says *lines*."""
    head = f'id = "acme"\nname = "Acme"\nlist = "{url}"\n'
    return parse(f'{head}{lines}[fields]\nid = "id"\n', "acme.toml")


def addresses(mirror: str | None = None, **environment: str) -> Addresses:
    """Return addresses under an environment, with a mirror if there is one."""

    def variable(names: Iterable[str]) -> str | None:
        return next((environment[name] for name in names if name in environment), None)

    return Addresses(variable, mirror)


def test_settings_are_filled_into_address_headers_and_query() -> None:
    """A placeholder is what the first variable that is set says, else its default."""
    lines = (
        'settings.region = { env = ["NEAR", "REGION"], default = "eu" }\n'
        'headers = { x-at = "{region}!" }\nquery = { at = "{region}" }\n'
    )
    source = declared(lines, "https://{region}.acme.example/{region}/models?r={region}")
    for found, region in (
        (addresses(), "eu"),
        (addresses(REGION="us"), "us"),
        (addresses(REGION="us", NEAR="jp"), "jp"),
    ):
        assert found.obstacle(source) is None
        request = found.first_request(source)
        assert request.url == f"https://{region}.acme.example/{region}/models"
        assert request.query == (("r", region), ("at", region))
        assert request.headers["x-at"] == f"{region}!"


def test_a_setting_without_value_leaves_the_source_unconfigured() -> None:
    """Nothing is asked at an address with a hole in it, and that comes before a missing key."""
    source = declared(REGION + KEY, "https://{region}.acme.example/models")
    assert addresses().obstacle(source) == "not configured"
    assert addresses(REGION="eu").obstacle(source) == "no key"
    assert addresses(REGION="eu", K="s3cret").obstacle(source) is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("https://own.example", "https://own.example/v1/models"),
        ("https://own.example/base/", "https://own.example/base/v1/models"),
        ("own.example", "https://own.example/v1/models"),
        ("own.example:8443/", "https://own.example:8443/v1/models"),
    ],
)
def test_a_whole_host_may_be_a_setting(host: str, url: str) -> None:
    """An operator's own server is named with or without its scheme; without, it is https."""
    source = declared(HOST, "{host}/v1/models")
    assert addresses(HOST=host).first_request(source).url == url


@pytest.mark.parametrize(
    "host",
    [
        "http://own.example",
        "http://10.0.0.1:8000",
        "http://127.0.0.1@own.example",
        "http://127.0.0.1:80@own.example",
        "http://localhost.example",
        "ftp://own.example",
        "file:///etc",
        "HTTP://own.example",
    ],
)
def test_a_setting_cannot_lead_to_plain_http(host: str) -> None:
    """Whatever the address is made of, only https and this machine are asked."""
    for lines in (HOST, HOST + KEY):
        with pytest.raises(SourceError, match="not https, so it is not asked") as caught:
            addresses(HOST=host, K="s3cret").first_request(declared(lines, "{host}/v1/models"))
        assert caught.value.kind == "client"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "127.1.2.3", "localhost:11434", "[::1]:8000"])
def test_plain_http_is_fine_on_this_machine(host: str) -> None:
    """A server beside us is asked over http, with its key if it has one."""
    request = addresses(HOST=f"http://{host}", K="s3cret").first_request(
        declared(HOST + KEY, "{host}/v1/models")
    )
    assert request.url == f"http://{host}/v1/models"
    assert request.headers["authorization"] == "Bearer s3cret"


def test_plain_http_elsewhere_is_for_who_says_so_and_has_no_key() -> None:
    """A declaration may say that it is insecure; then no key is ever sent."""
    source = declared(HOST + "insecure = true\n", "{host}/v1/models")
    found = addresses(HOST="http://own.example")
    assert found.first_request(source).url == "http://own.example/v1/models"
    keyed = declared(HOST + "insecure = true\n" + KEY, "{host}/v1/models")
    with pytest.raises(SourceError, match="not https"):
        addresses(HOST="http://own.example", K="s3cret").first_request(keyed)


def test_a_setting_that_makes_no_address_is_one_clear_error() -> None:
    """A broken host is named as such, with and without a mirror."""
    source = declared(HOST, "{host}/v1/models")
    for mirror in (None, MIRROR):
        with pytest.raises(SourceError, match="none that can be asked") as caught:
            addresses(mirror, HOST="https://[own").first_request(source)
        assert caught.value.kind == "client"


def test_a_key_is_a_bearer_token_unless_said_otherwise() -> None:
    """The usual place of a key is the authorization header."""
    request = addresses(K="s3cret").first_request(declared(KEY))
    assert request.headers["authorization"] == "Bearer s3cret"
    assert request.query == ()


def test_a_key_goes_into_the_header_that_is_declared() -> None:
    """A header of the source's own has the key with its prefix, and nothing else has it."""
    lines = 'key = { env = ["K"], place = "header", name = "x-api-key", prefix = "Key " }\n'
    request = addresses(K="s3cret").first_request(declared(lines))
    assert request.headers["x-api-key"] == "Key s3cret"
    assert "authorization" not in request.headers


def test_a_key_goes_into_the_query_that_is_declared() -> None:
    """A key in the query stands beside the other parameters, in no header."""
    lines = 'query = { limit = "9" }\nkey = { env = ["K"], place = "query", name = "key" }\n'
    request = addresses(K="s3cret").first_request(declared(lines))
    assert request.query == (("limit", "9"), ("key", "s3cret"))
    assert "s3cret" not in str(request.headers)


def test_the_first_key_that_is_set_is_used() -> None:
    """Several variables may hold a key; their order decides."""
    source = declared('key = { env = ["K", "L"] }\n')
    both = addresses(L="second", K="first").first_request(source)
    assert both.headers["authorization"] == "Bearer first"
    assert addresses(L="second").first_request(source).headers["authorization"] == "Bearer second"


def test_without_a_key_nothing_is_sent_for_one() -> None:
    """A source that also answers without a key is asked without; none is sent unasked."""
    optional = declared('key = { env = ["K"], optional = true }\n')
    assert addresses().obstacle(optional) is None
    assert set(addresses().first_request(optional).headers) == {"accept"}
    assert "s3cret" not in str(addresses(K="s3cret").first_request(declared()))


@pytest.mark.parametrize("place", ["bearer", "header", "query"])
@pytest.mark.parametrize("key", ["s3c\nret", "s3crét", "s3cret\x00", "s3cret\u2028"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_told(key: str, place: str) -> None:
    """Whatever is wrong with a key, it is in no error, since errors are logged and shown."""
    source = declared(f'key = {{ env = ["K"], place = "{place}", name = "x" }}\n')
    with pytest.raises(SourceError) as caught:
        addresses(K=key).first_request(source)
    assert caught.value.kind == "auth"
    assert "s3c" not in str(caught.value)


def test_the_query_of_the_address_is_kept() -> None:
    """An address may have parameters of its own, blank ones too."""
    request = addresses().first_request(declared(url=f"{URL}?a=1&b=x%20y&c="))
    assert (request.url, request.query) == (URL, (("a", "1"), ("b", "x y"), ("c", "")))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("http://127.0.0.1:9/{source}", "http://127.0.0.1:9/acme/v1/models?a=1"),
        ("http://mirror/", "http://mirror/v1/models?a=1"),
        ("https://{source}.mirror/x", "https://acme.mirror/x/v1/models?a=1"),
    ],
)
def test_a_mirror_replaces_scheme_and_host_and_keeps_the_rest(
    template: str, expected: str
) -> None:
    """Path and query of the declared address are asked for at the mirror."""
    assert mirrored(f"{URL}?a=1", template, "acme") == expected


@pytest.mark.parametrize("place", ["bearer", "header", "query", "aws-sigv4", "google"])
def test_a_mirror_gets_no_key_and_needs_no_setting(place: str) -> None:
    """Under a mirror nothing has to be configured, and no key of any kind is used."""
    key = f'key = {{ env = ["K"], place = "{place}", name = "x" }}\n'
    source = declared(HOST + key, "{host}/v1/models")
    assert addresses(MIRROR).obstacle(source) is None
    found = addresses(MIRROR, K="s3cret")
    request = found.first_request(source)
    assert (request.url, request.query) == ("http://127.0.0.1:9/acme/v1/models", ())
    assert set(request.headers) == {"accept"}
    assert found.signer(source) is None


def test_every_built_in_list_can_be_asked_at_a_mirror() -> None:
    """Without any key or setting, each address is one below the mirror's."""
    for name, one in registry.load().by_id.items():
        if one.url is not None:
            assert addresses(MIRROR).obstacle(one) is None
            assert (
                addresses(MIRROR).first_request(one).url.startswith(f"http://127.0.0.1:9/{name}/")
            )
