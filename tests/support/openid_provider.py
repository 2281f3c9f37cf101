"""An OpenID Connect provider of Authlib's making: `python -m tests.support.openid_provider [REDIRECT_URI]`.

Prints its address. Whoever comes to the authorization endpoint with `login=NAME` is signed in as NAME at once; some
names get ID tokens with a fault, so that the faults can be tested.
"""

import os
import sys
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # the provider runs on this machine only

import orjson
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID = "millrace"
CLIENT_SECRET = "provider-secret: with/signs & more"
REDIRECT_URI = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/signed-in"
KEY = RSAKey.generate_key(2048, {"kid": "provider-1", "use": "sig", "alg": "RS256"})
STRANGER = RSAKey.generate_key(2048, {"kid": "provider-1"})
CODES: dict[str, "Code"] = {}
ADDRESS = ""

# What a fault puts over the claims of a good token.
FAULTS: dict[str, dict[str, object]] = {
    "wrong-issuer": {"iss": "https://evil.example"},
    "wrong-audience": {"aud": ["somebody-else"]},
    "shared-audience": {"aud": [CLIENT_ID, "somebody-else"]},
    "other-party": {"azp": "somebody-else"},
    "wrong-nonce": {"nonce": "another-sign-in"},
    "expired": {"exp": int(time.time()) - 60},
    "not-yet": {"iat": int(time.time()) + 600},
    "nobody": {"sub": ""},
    "unverified": {"email_verified": False},
    "no-address": {"email": None},
}


@dataclass
class Code:
    """An authorization code that was handed out."""

    code: str
    login: str
    scope: str
    redirect_uri: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Client:
    """The one client the provider knows: us."""

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return REDIRECT_URI

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == REDIRECT_URI

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Request(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """A request of http.server as Authlib reads it."""

    def __init__(self, method: str, uri: str, form: dict[str, str], headers: dict[str, str]) -> None:
        super().__init__(method, uri, headers=headers)
        self._form = form
        self.payload = BasicOAuth2Payload(form or dict(parse_qsl(urlsplit(uri).query)))

    @property
    def args(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.uri).query))

    @property
    def form(self) -> dict[str, str]:
        return self._form


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """Authlib's server over http.server."""

    def query_client(self, client_id: str) -> Client | None:
        return Client() if client_id == CLIENT_ID else None

    def save_token(self, token: object, request: object) -> None:
        """Nobody asks for it again."""

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""


class Grant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
    """Codes in memory."""

    def save_authorization_code(self, code: str, request: Any) -> None:
        asked = request.payload.data
        CODES[code] = Code(
            code=code,
            login=request.user,
            scope=asked["scope"],
            redirect_uri=asked["redirect_uri"],
            nonce=asked.get("nonce", ""),
            code_challenge=asked.get("code_challenge", ""),
            code_challenge_method=asked.get("code_challenge_method", ""),
        )

    def query_authorization_code(self, code: str, client: object) -> Code | None:
        return CODES.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del CODES[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.login


class IdTokens(OpenIDCode):  # type: ignore[misc]  # Authlib has no types
    """ID tokens, some with a fault."""

    def exists_nonce(self, nonce: str, request: object) -> bool:
        return False

    def resolve_client_private_key(self, client: object) -> RSAKey:
        return KEY

    def get_client_claims(self, client: object) -> dict[str, object]:
        return {"iss": ADDRESS, "aud": [CLIENT_ID]}

    def get_encode_header(self, client: object) -> dict[str, str]:
        return {"alg": "RS256", "kid": "provider-1"}

    def generate_user_info(self, user: str, scope: str) -> dict[str, object]:
        name = user.partition("+")[0]
        plain = {"sub": f"subject-{name}", "email": f"{name}@Yunfan.example", "email_verified": True}
        return plain | FAULTS.get(user.partition("+")[2], {})

    def encode_id_token(self, token: object, request: Any) -> str:
        good = str(super().encode_id_token(token, request))
        claims = jwt.decode(good, KEY, algorithms=["RS256"]).claims
        fault = request.user.partition("+")[2]
        if fault == "unsigned":
            return jwt.encode({"alg": "none"}, claims, KEY, algorithms=["none"])
        if fault == "shared-secret":
            secret = OctKey.import_key({"kty": "oct", "k": str(KEY.as_dict(private=False)["n"])})
            return jwt.encode({"alg": "HS256", "kid": "provider-1"}, claims, secret, algorithms=["HS256"])
        if fault == "strangers-key":
            return jwt.encode({"alg": "RS256", "kid": "provider-1"}, claims, STRANGER, algorithms=["RS256"])
        return good


def make_server() -> Server:
    server = Server(scopes_supported=["openid", "email", "profile"])
    server.register_token_generator("default", BearerTokenGenerator(lambda *_, **__: generate_token(40)))
    server.register_grant(Grant, [CodeChallenge(required=True), IdTokens(require_nonce=True)])
    return server


class Door(BaseHTTPRequestHandler):
    """The provider's pages."""

    oauth = make_server()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration":
            return self._answer(200, discovery(), {})
        if parts.path == "/keys":
            return self._answer(200, {"keys": [KEY.as_dict(private=False)]}, {})
        request = Request("GET", f"{ADDRESS}{self.path}", {}, _titled(self.headers))
        login = request.args.get("login", "")
        grant = self.oauth.get_consent_grant(request, login)
        return self._answer(*self.oauth.create_authorization_response(request, grant_user=login, grant=grant))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        request = Request("POST", f"{ADDRESS}{self.path}", dict(parse_qsl(body)), _titled(self.headers))
        self._answer(*self.oauth.create_token_response(request))

    def _answer(self, status: int, body: object, headers: Any) -> None:
        content = body.encode() if isinstance(body, str) else orjson.dumps(body)
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def _titled(headers: Any) -> dict[str, str]:
    """Authlib asks for `Authorization`, however the caller spelt it."""
    return {name.title(): value for name, value in headers.items()}


def discovery() -> dict[str, object]:
    return {
        "issuer": ADDRESS,
        "authorization_endpoint": f"{ADDRESS}/authorize",
        "token_endpoint": f"{ADDRESS}/token",
        "jwks_uri": f"{ADDRESS}/keys",
        "response_types_supported": ["code"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
    }


if __name__ == "__main__":
    http = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    ADDRESS = f"http://127.0.0.1:{http.server_port}"
    print(ADDRESS, flush=True)  # noqa: T201 - how the test learns the address
    http.serve_forever()
