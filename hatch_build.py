"""Generates the Python code of the contracts: run by the build, and by `make proto`.

Reads `protos/`, writes `generated/` (messages, typed stubs, gRPC stubs, and `contracts.binpb`, the image from which
the gateway makes its manual), which is never committed.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
PROTOS = ROOT / "protos"
GENERATED = ROOT / "generated"
VALIDATE = "buf/validate/validate.proto"
IMAGE = "contracts.binpb"


class GenerateContracts(BuildHookInterface[Any]):
    """Makes sure that no build ships without its contracts."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Generate before anything is packed.

        An editable install finds `generated/` by its path; a copy beside it would go stale and hide it.
        """
        generate()
        if version == "standard":
            build_data["force_include"][str(GENERATED)] = "/"


def generate() -> None:
    """Write the Python code of every contract below `protos/` to `generated/`.

    It is written beside the old and swapped in, so that a running process never sees half of it.
    """
    fresh = GENERATED.with_name("generated.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    # The plugins lie beside the running interpreter, which need not be on the PATH.
    scripts = Path(sysconfig.get_path("scripts"))
    compile_protos(
        f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
        f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
        f"--python_out={fresh}",
        f"--mypy_out=quiet:{fresh}",
        f"--grpc_python_out={fresh}",
        f"--mypy_grpc_out=quiet:{fresh}",
        *[VALIDATE, *contract_files()],
    )
    for package in ("millrace", "buf"):
        (fresh / package / "py.typed").touch()
    # The gateway makes its manual from the comments, which the Python code does not keep.
    write_image(fresh / IMAGE)
    shutil.rmtree(GENERATED, ignore_errors=True)
    fresh.rename(GENERATED)


def write_image(path: Path, *, comments: bool = True) -> None:
    """Write the contracts as one descriptor image, the form in which `buf` checks them.

    Comments are most of its size; what is only compared with does without.
    """
    source = ["--include_source_info"] if comments else []
    compile_protos("--include_imports", *source, f"-o{path}", *contract_files())


def contract_files() -> list[str]:
    """The contracts of our own, as paths below `protos/`."""
    return sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))


def compile_protos(*arguments: str) -> None:
    """Run protoc with our contracts, Google's and the validation rules on its path.

    The validation rules ship as a descriptor, not as text, hence the detour over a descriptor set.
    """
    import google.api  # noqa: PLC0415 - only present once the build requirements are
    import grpc_tools  # noqa: PLC0415
    from google.protobuf import descriptor_pb2  # noqa: PLC0415
    from grpc_tools import protoc  # noqa: PLC0415
    from protovalidate._gen.buf.validate import validate_pb  # noqa: PLC0415

    rules = descriptor_pb2.FileDescriptorSet()
    rules.file.append(descriptor_pb2.FileDescriptorProto.FromString(bytes(validate_pb.desc().proto.to_binary())))
    google_protos = Path(next(iter(google.api.__path__))).parent.parent
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    with tempfile.NamedTemporaryFile(suffix=".binpb") as descriptor_set:
        descriptor_set.write(rules.SerializeToString())
        descriptor_set.flush()
        paths = [f"-I{PROTOS}", f"-I{google_protos}", f"-I{well_known}", f"--descriptor_set_in={descriptor_set.name}"]
        status = protoc.main(["protoc", *paths, *arguments])
    if status:
        raise SystemExit(status)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write_image(Path(sys.argv[1]), comments="--no-comments" not in sys.argv)
    else:
        generate()
