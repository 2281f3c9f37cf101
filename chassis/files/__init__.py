"""Files of a service (文件): uploaded by people or made by the service itself, kept outside the database.

    FILES = files_table(METADATA)                                  # storage/metadata.py; create_files() in a migration
    vault = parts.once("files", lambda: Vault.of(parts.settings))  # the bytes: a folder, or S3 and others by URL

    with scratch_file() as path:                                   # rpc: a client stream of HttpBody
        arrived = await receive(pieces.content(), path=path, file_name=…, content_type=…)
        uuid = await vault.put(path)                               # before the transaction: the bytes first
        … store.write(…, lambda work: use_case(work, file=arrived.as_file(uuid, by=…, now=work.now)))
    async for piece in download(vault, file): yield piece          # rpc: a server stream of HttpBody

    keep(work, FILES, file)                                        # in the use case, in the transaction
    Sweep("sweep files", timedelta(hours=1), sweep_files(vault, FILES))

What a rolled back transaction left behind has no row, and the sweep deletes it a day later. No caller ever names a
path: the bytes lie under the uuid. What the service makes itself (a PDF) goes the same way: `put` and `made_file`.
"""

from chassis.files.content import Arrived, File, FileState, made_file, receive, scratch_file
from chassis.files.media import MEDIA_TYPES, FileContentDiffers, FileNameUnfit, FileTypeNotAllowed
from chassis.files.storage import discard, forget_names, get_file, get_files, keep, sweep_files
from chassis.files.tables import files_table
from chassis.files.vault import Vault

__all__ = [
    "MEDIA_TYPES",
    "Arrived",
    "File",
    "FileContentDiffers",
    "FileNameUnfit",
    "FileState",
    "FileTypeNotAllowed",
    "Vault",
    "discard",
    "files_table",
    "forget_names",
    "get_file",
    "get_files",
    "keep",
    "made_file",
    "receive",
    "scratch_file",
    "sweep_files",
]
