"""Keys that sign: what a provider receives, checked by a verifier of our own."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from typing_extensions import override

from modeldex.errors import SourceError
from modeldex.sources import signing
from modeldex.sources.address import Addresses
from modeldex.sources.exchange import Validators
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker, Harvest
from modeldex.sources.parse import parse
from support.provider import Asked, FakeProvider, Reply

AWS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s3cret/key+x"}
AWS_KEY = (
    'key = { env = ["AWS_ACCESS_KEY_ID"], place = "aws-sigv4", name = "bedrock" }\n'
    'settings.region = { env = ["AWS_REGION"], default = "eu-west-1" }\n'
)
GOOGLE_KEY = 'key = { env = ["ACCOUNT"], place = "google" }\n'
CURSOR = 'page = { parameter = "pageToken", next = "next" }\n'
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
PAIR = rsa.generate_private_key(public_exponent=65537, key_size=2048)


async def ask(url: str, lines: str, environment: dict[str, str]) -> Harvest:
    """Ask a source that says *lines* as a refresh would, under an environment."""
    head = f'id = "acme"\nname = "Acme"\nlist = "{url}"\ninsecure = true\nrows = "data"\n'
    declaration = parse(f'{head}{lines}[fields]\nid = "id"\n', "acme.toml")

    def variable(names: Iterable[str]) -> str | None:
        return next((environment[name] for name in names if name in environment), None)

    asker = Asker(Addresses(variable, None), 20, lambda: datetime.now(UTC))
    assert asker.obstacle(declaration) is None
    async with Fetcher(2, use_proxies=False) as fetcher:
        return await asker.ask(declaration, fetcher, Validators())


def digest(key: bytes, text: str) -> bytes:
    """Return the HMAC of a text."""
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def aws_signature(one: Asked, secret: str) -> tuple[dict[str, str], str]:
    """Return what a request says of its signature, and the signature that AWS would expect."""
    algorithm, _, said = one.headers["authorization"].partition(" ")
    assert algorithm == "AWS4-HMAC-SHA256"
    parts = dict(part.strip().split("=", 1) for part in said.split(","))
    _, day, region, service, end = parts["Credential"].split("/")
    path, _, query = one.path.partition("?")
    assert "+" not in query
    pairs = [tuple(map(unquote, pair.partition("=")[::2])) for pair in query.split("&") if pair]
    encoded = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in pairs)
    names = parts["SignedHeaders"].split(";")
    canonical = "\n".join(
        [
            "GET",
            quote(path, safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in encoded),
            *(f"{name}:{' '.join(one.headers[name].split())}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(b"").hexdigest(),
        ]
    )
    scope = f"{day}/{region}/{service}/{end}"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for step in scope.split("/"):
        key = digest(key, step)
    text = "\n".join([algorithm, one.headers["x-amz-date"], scope, hashed])
    return parts, digest(key, text).hex()


@pytest.mark.parametrize("token", [None, "session=="])
async def test_every_page_of_aws_is_signed(token: str | None, fake_provider: FakeProvider) -> None:
    """Each request that arrives has the signature worked out from that request itself."""
    cursor = "a b/+=&é~*"
    page = json.dumps({"data": [{"id": "a"}], "next": cursor}).encode()
    fake_provider.script("/v1/models%20x", Reply(page), Reply(b'{"data": [{"id": "b"}]}'))
    lines = f'{AWS_KEY}{CURSOR}query = {{ z = "1", "b c" = "" }}\nheaders = {{ x-at = "a  b" }}\n'
    environment = AWS | ({"AWS_SESSION_TOKEN": token} if token else {})
    found = await ask(f"{fake_provider.url}/v1/models%20x", lines, environment)
    assert found.decoded is not None
    assert len(found.decoded.listings) == len(fake_provider.asked) == 2
    for one in fake_provider.asked:
        parts, expected = aws_signature(one, AWS["AWS_SECRET_ACCESS_KEY"])
        assert parts["Signature"] == expected
        assert {"host", "x-amz-date", "x-at"} <= set(parts["SignedHeaders"].split(";"))
        access, day, *scope = parts["Credential"].split("/")
        assert (access, scope) == ("AKIDEXAMPLE", ["eu-west-1", "bedrock", "aws4_request"])
        assert one.headers["x-amz-date"].startswith(f"{day}T")
        assert one.headers.get("x-amz-security-token") == token
        assert "x-amz-security-token" in parts["SignedHeaders"] or token is None
        assert aws_signature(one, "another")[1] != parts["Signature"]
    assert unquote(fake_provider.asked[1].path.partition("pageToken=")[2]) == cursor


async def test_the_secret_of_aws_is_never_sent(fake_provider: FakeProvider) -> None:
    """The region is the one that is set, and only the access key's id is told."""
    fake_provider.script("/m", Reply(b'{"data": []}'))
    await ask(f"{fake_provider.url}/m", AWS_KEY, AWS | {"AWS_REGION": "ap-south-1"})
    assert "/ap-south-1/bedrock/" in fake_provider.asked[0].headers["authorization"]
    assert AWS["AWS_SECRET_ACCESS_KEY"] not in str(fake_provider.asked)


async def test_half_the_credentials_of_aws_are_an_error(fake_provider: FakeProvider) -> None:
    """Without the secret nothing is asked, and what is missing is named."""
    with pytest.raises(SourceError, match="AWS_SECRET_ACCESS_KEY is not set") as caught:
        await ask(f"{fake_provider.url}/m", AWS_KEY, {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"})
    assert (caught.value.kind, fake_provider.asked) == ("auth", [])


class TokenEndpoint:
    """Answers a service account's signed claim with a token.

    Attributes:
        claims: what arrived, each with a signature that was right.
        status, answer: what is answered.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.claims: list[dict[str, Any]] = []
        self.status = 200
        self.answer = b'{"access_token": "t0ken", "expires_in": 3600, "token_type": "Bearer"}'

    def take(self, form: bytes) -> None:
        """Check a claim as Google would; one that is wrong raises."""
        fields = {name: values[0] for name, values in parse_qs(form.decode()).items()}
        assert fields["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        head, claim, signature = fields["assertion"].split(".")
        assert decoded(head)["alg"] == "RS256"
        text = f"{head}.{claim}".encode()
        raw = base64.urlsafe_b64decode(signature + "==")
        PAIR.public_key().verify(raw, text, padding.PKCS1v15(), hashes.SHA256())
        self.claims.append(decoded(claim))


def decoded(part: str) -> dict[str, Any]:
    """Return a part of a JWT."""
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        endpoint: TokenEndpoint = self.server.endpoint  # type: ignore[attr-defined] # see below
        endpoint.take(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(endpoint.status)
        self.send_header("content-length", str(len(endpoint.answer)))
        self.end_headers()
        self.wfile.write(endpoint.answer)

    @override
    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def tokens() -> Iterator[TokenEndpoint]:
    """A token endpoint on this machine."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    endpoint = TokenEndpoint(f"http://127.0.0.1:{server.server_port}/token")
    server.endpoint = endpoint  # type: ignore[attr-defined] # read by the handler
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield endpoint
    server.shutdown()
    server.server_close()


def account(token_uri: str) -> str:
    """Return the key of a service account that was made for these tests."""
    pem = PAIR.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "plover",
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": "reader@plover.example",
            "token_uri": token_uri,
        }
    )


@pytest.mark.parametrize("in_file", [True, False])
async def test_a_service_account_gets_a_token_that_every_page_carries(
    fake_provider: FakeProvider, tokens: TokenEndpoint, tmp_path: Path, *, in_file: bool
) -> None:
    """A claim signed with the account's key buys one token; the provider sees nothing else."""
    key = account(tokens.url)
    (tmp_path / "key.json").write_text(key)
    fake_provider.script("/m", Reply(b'{"data": [], "next": "t"}'), Reply(b'{"data": []}'))
    environment = {"ACCOUNT": str(tmp_path / "key.json") if in_file else key}
    await ask(f"{fake_provider.url}/m", GOOGLE_KEY + CURSOR, environment)
    assert [one.path for one in fake_provider.asked] == ["/m", "/m?pageToken=t"]
    assert {one.headers["authorization"] for one in fake_provider.asked} == {"Bearer t0ken"}
    (claim,) = tokens.claims
    assert (claim["iss"], claim["scope"]) == ("reader@plover.example", SCOPE)
    assert claim["aud"] == "https://oauth2.googleapis.com/token"
    assert 0 < claim["exp"] - claim["iat"] <= 3600
    assert "PRIVATE" not in str(fake_provider.asked)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, b'{"error": "invalid_grant"}'),
        (401, b"<html>"),
        (200, b"{}"),
        (200, b"[]"),
        (200, b"\xff\xfe"),
        (200, b'{"access_token": "t0ken", "expires_in": "soon"}'),
    ],
)
async def test_an_account_without_a_token_asks_nothing(
    status: int, answer: bytes, fake_provider: FakeProvider, tokens: TokenEndpoint
) -> None:
    """Whatever Google says instead of a token, it is an error of kind ``auth``."""
    tokens.status, tokens.answer = status, answer
    with pytest.raises(SourceError, match="Google gave no token for the account") as caught:
        await ask(f"{fake_provider.url}/m", GOOGLE_KEY, {"ACCOUNT": account(tokens.url)})
    assert (caught.value.kind, fake_provider.asked) == ("auth", [])


@pytest.mark.parametrize("key", ["{}", '{"type": "x"', "[]", "7", None, "no-pem", "no-key"])
async def test_a_key_that_cannot_be_read_is_one_clear_error(
    key: str | None, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    """A missing or broken file is named for what it is, and nothing of it is told."""
    whole = account("http://127.0.0.1:9/token")
    broken = {
        "no-pem": whole.replace("BEGIN PRIVATE", "BEGUN"),
        "no-key": json.dumps(json.loads(whole) | {"private_key": 7}),
    }
    if key is not None:
        (tmp_path / "key.json").write_text(broken.get(key, key))
    with pytest.raises(SourceError, match="key file cannot be read") as caught:
        await ask(f"{fake_provider.url}/m", GOOGLE_KEY, {"ACCOUNT": str(tmp_path / "key.json")})
    assert (caught.value.kind, fake_provider.asked) == ("auth", [])
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(("place", "extra"), [("aws-sigv4", "aws"), ("google", "google")])
def test_a_library_that_is_missing_is_named(
    place: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the extra is not installed, the source is left out and the extra is told."""
    declaration = parse(
        'id = "acme"\nname = "Acme"\nlist = "https://acme.example/m"\n'
        f'key = {{ env = ["K"], place = "{place}" }}\n[fields]\nid = "id"\n',
        "acme.toml",
    )
    found = Addresses(lambda _: "k", None)
    assert found.obstacle(declaration) is None
    monkeypatch.setattr(signing, "find_spec", lambda _: None)
    assert found.obstacle(declaration) == f"needs modeldex[{extra}]"
    assert Addresses(lambda _: None, None).obstacle(declaration) == "no key"
