"""Writing: the files of a results folder, each whole or not there at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caseseries.evidence.problem import Problem, Problems
from caseseries.evidence.unhurried import unhurried
from caseseries.folder.disk import NO_ROOM, in_words
from caseseries.folder.manifest import (
    MANIFEST,
    STAGING,
    Owner,
    check_free,
    files_listed,
    manifest_of,
    manifest_text,
    refuse_foreign,
    sha256,
)


def write(
    folder: Path,
    owner: Owner,
    files: Mapping[str, str | bytes],
    provenance: Mapping[str, Any],
    beside: bool = False,
) -> None:
    """Write `files` (path within the folder -> content) and the manifest that lists them.

    All are written beside their places first and moved there when the last is whole, the manifest at the end;
    files that an earlier run of this study left and this one does not make are removed, unless these are to
    stand `beside` them. Raises Problems where the folder is another's or the disk cannot hold them; then what
    stood there before still stands.
    """
    check_free(folder, owner)
    content = {name: data.encode() if isinstance(data, str) else data for name, data in files.items()}
    before = files_listed(folder)
    listed = {name: sha256(data) for name, data in content.items()}
    if beside:
        listed = {name: digest for name, digest in before.items() if (folder / name).is_file()} | listed
        provenance = {**provenance, **manifest_of(folder)}
    content[MANIFEST] = manifest_text(owner, listed, provenance)
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    staging = folder / f"{STAGING}{os.getpid()}"
    try:
        refuse_foreign(folder, content, before)
        _clear_leftovers(folder)
        for name, data in content.items():
            _write_whole(staging / name, data)
        with unhurried():  # all files are of one run
            for name in content:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (staging / name).replace(folder / name)
            _clear(staging, [])
            _remove(folder, {name: digest for name, digest in before.items() if name not in listed})
    except OSError as error:
        _clear(staging, made)
        found = f"the results cannot be written: {in_words(error)}"
        mend = "Free some room or name" if error.errno in NO_ROOM else "Name"
        mend += " another folder with --out; what stood there before is untouched."
        raise Problems([Problem(str(folder), found, mend)]) from None
    except BaseException:  # an interrupt too leaves nothing half-written behind; it is passed on
        _clear(staging, made)
        raise


def _write_whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove(folder: Path, gone: Mapping[str, str]) -> None:
    """Remove what an earlier run made, where nobody has changed it since; and folders that are then empty."""
    for name, digest in gone.items():
        path = folder / name
        if path.is_file() and sha256(path.read_bytes()) == digest:
            path.unlink()
            if path.parent != folder and not any(path.parent.iterdir()):
                path.parent.rmdir()


def _clear_leftovers(folder: Path) -> None:
    """Take away what a run that was killed was writing."""
    for path in folder.glob(f"{STAGING}*"):
        process = path.name.removeprefix(STAGING)
        if process.isdecimal() and not _is_running(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)  # signal 0 only asks
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _clear(staging: Path, made: list[Path]) -> None:
    """Take away what was being written, and the folders that were made for it where they are empty."""
    shutil.rmtree(staging, ignore_errors=True)
    for folder in made:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
