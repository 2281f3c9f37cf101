"""No method answers without a verified identity, nor without its permission: every method of every contract (G25)."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from millrace.auth.v1 import access_pb2

from deploy.local.stack import SERVICES
from tests.support.product import Product

ROOT = Path(__file__).parent.parent.parent
# Where a contract's package is served: what the chassis brings at every port, the rest at its own. The gateway answers
# its own over HTTP alone, and asks the services for whoever asks it.
HOMES: dict[str, tuple[str, ...]] = {
    "events": SERVICES,
    "reading": SERVICES,
    "gateway": (),
    **{name: (name,) for name in SERVICES},
}
FORGED = (
    "",
    "nonsense",
    # {"alg":"none"} and an administrator's claims
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZW1iZXJzL3giLCJyb2xlcyI6WyJhZG1pbmlzdHJhdG9yIl19.",
)


def methods() -> Iterator[tuple[str, MethodDescriptor]]:
    """Every method with the process that serves it."""
    for path in sorted((ROOT / "protos" / "millrace").rglob("*.proto")):
        name = ".".join(path.relative_to(ROOT / "protos").with_suffix("").parts) + "_pb2"
        file = importlib.import_module(name).DESCRIPTOR
        for service in file.services_by_name.values():
            for process in HOMES[service.full_name.split(".")[1]]:
                for method in service.methods:
                    yield process, method


@pytest.fixture(scope="module")
def channels(product: Product) -> Iterator[dict[str, grpc.Channel]]:
    ready = {name: json.loads((product.home / "ready" / f"{name}.json").read_text()) for name in SERVICES}
    opened = {name: grpc.insecure_channel(told["rpc"]) for name, told in ready.items()}
    yield opened
    for channel in opened.values():
        channel.close()


def status_of(channel: grpc.Channel, method: MethodDescriptor, token: str) -> grpc.StatusCode:
    """What an empty request is answered."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    metadata = (("authorization", f"Bearer {token}"),) if token else ()
    empty: Any = b""  # the generic stubs are typed by their serializers, and there are none
    try:
        if method.client_streaming:
            channel.stream_unary(path)(iter((empty,)), metadata=metadata, timeout=10)
        elif method.server_streaming:
            list(channel.unary_stream(path)(empty, metadata=metadata, timeout=10))
        else:
            channel.unary_unary(path)(empty, metadata=metadata, timeout=10)
    except grpc.RpcError as error:
        refused: Any = error
        code: grpc.StatusCode = refused.code()
        return code
    return grpc.StatusCode.OK


def access(method: MethodDescriptor) -> Any:
    return method.GetOptions().Extensions[access_pb2.access]


@pytest.mark.parametrize("token", FORGED, ids=["none", "nonsense", "unsigned"])
def test_without_a_verified_identity_no_method_answers(channels: dict[str, grpc.Channel], token: str) -> None:
    answered = [
        f"{process} {method.full_name}: {code.name}"
        for process, method in methods()
        if not access(method).anonymous
        and (code := status_of(channels[process], method, token)) is not grpc.StatusCode.UNAUTHENTICATED
    ]
    assert answered == []


@pytest.fixture(scope="module")
def without_role(product: Product) -> str:
    """The token of a member who was given no role."""
    with product.client() as administrator:
        email = "shangwu@yunfan.example"
        made = administrator.post("/v1/members", json={"displayName": "尚无角色", "email": email, "roles": []})
        assert made.status_code == 200, made.text
        password = {"newPassword": "Qucheng-2026-newcomer"}
        given = administrator.post(f"/v1/{made.json()['name']}:setPassword", json=password)
        assert given.status_code == 200, given.text
    with product.client_of(email, password["newPassword"]) as client:
        assert client.get("/v1/myAccess").json().get("grants", []) == []
        return str(client.headers["authorization"]).removeprefix("Bearer ")


def test_without_its_permission_no_method_answers(without_role: str, channels: dict[str, grpc.Channel]) -> None:
    answered = [
        f"{process} {method.full_name}: {code.name}"
        for process, method in methods()
        if access(method).permission
        and (code := status_of(channels[process], method, without_role)) is not grpc.StatusCode.PERMISSION_DENIED
    ]
    assert answered == []


def test_every_method_says_who_may_call_it() -> None:
    silent = [
        method.full_name
        for _, method in methods()
        if sum([access(method).anonymous, access(method).signed_in, bool(access(method).permission)]) != 1
    ]
    assert silent == []
