"""Whether a method changes anything: the contract says it, and whoever carries or serves the call asks here."""

from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions


def only_reads(method: MethodDescriptor) -> bool:
    """Whether the method has no side effects, so that it may be given up and asked again.

    HTTP says it by GET (RFC 9110, 9.2.1); a question with a body, or one that is not for people, by its
    `idempotency_level`. Names say nothing: SuggestSalesProcess reads, PreviewLeadImport writes.
    """
    options = method.GetOptions()
    by_get = options.Extensions[annotations_pb2.http].WhichOneof("pattern") == "get"
    return by_get or options.idempotency_level == MethodOptions.NO_SIDE_EFFECTS
