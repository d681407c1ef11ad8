"""The results folder: what a run leaves behind, each file whole or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseseries.evidence.problem import Problem, Problems

MANIFEST = "manifest.json"
FORMAT = "caseseries results folder 1"


@dataclass(frozen=True, slots=True)
class Owner:
    """The study that a results folder belongs to."""

    name: str
    title: str


def check_free(folder: Path, owner: Owner) -> None:
    """Nothing, where `folder` may be written for this study. Raises Problems where it holds anything else.

    A folder may be written that does not exist, is empty, or carries this study's own manifest.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Problems([Problem(str(folder), "this is a file, not a folder", "Name another folder with --out.")])
    manifest = folder / MANIFEST
    if not manifest.exists():
        left = [path for path in folder.iterdir() if not path.name.startswith(".writing-")]
        if left:
            found = "this folder holds other things, and no results of this system"
            raise Problems([Problem(str(folder), found, "Name another folder with --out; nothing was touched.")])
        return
    held = _held(manifest)
    if (held.get("name"), held.get("title")) != (owner.name, owner.title):
        found = f'this folder holds the results of another study ("{held.get("title", "unknown")}")'
        raise Problems([Problem(str(folder), found, "Name another folder with --out; nothing was touched.")])


def write(folder: Path, owner: Owner, files: Mapping[str, str], provenance: Mapping[str, Any]) -> None:
    """Write `files` (path within the folder -> text) and the manifest that lists them.

    All are written beside their places first and moved there when the last is whole, the manifest at the end;
    files that an earlier run of this study left and this one does not make are removed. Raises Problems where
    the folder is another's or the disk cannot hold them; then what stood there before still stands.
    """
    check_free(folder, owner)
    is_new = not folder.exists()
    staging = folder / f".writing-{os.getpid()}"
    before = _listed(folder)
    try:
        content = {name: text.encode() for name, text in files.items()}
        content[MANIFEST] = _manifest(owner, content, provenance)
        for name, data in content.items():
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, data)
        for name in content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(staging / name, folder / name)
    except OSError as error:
        _clear(staging, folder if is_new else None)
        found = f"the results cannot be written ({error.strerror or error})"
        mend = "Free some room or name another folder with --out; what stood there before is untouched."
        raise Problems([Problem(str(folder), found, mend)]) from None
    except BaseException:
        _clear(staging, folder if is_new else None)
        raise
    shutil.rmtree(staging, ignore_errors=True)
    for name in before - set(content):
        (folder / name).unlink(missing_ok=True)


def _write_whole(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _manifest(owner: Owner, content: Mapping[str, bytes], provenance: Mapping[str, Any]) -> bytes:
    made = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(content.items())}
    manifest = {"format": FORMAT, "study": {"name": owner.name, "title": owner.title}, **provenance, "files": made}
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()


def _held(manifest: Path) -> dict[str, Any]:
    try:
        content = json.loads(manifest.read_bytes())
        study = content["study"] if content.get("format") == FORMAT else {}
    except (OSError, ValueError, KeyError, AttributeError):
        study = {}
    return study if isinstance(study, dict) else {}


def _listed(folder: Path) -> set[str]:
    """The files that the standing manifest names, and that therefore are ours to remove."""
    try:
        files = json.loads((folder / MANIFEST).read_bytes()).get("files", {})
    except (OSError, ValueError, AttributeError):
        return set()
    inside = {name for name in files if not Path(name).is_absolute() and ".." not in Path(name).parts}
    return inside


def _clear(staging: Path, folder: Path | None) -> None:
    """Take away what was being written, and the folder too where it was made for it and is empty again."""
    shutil.rmtree(staging, ignore_errors=True)
    if folder is not None and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
