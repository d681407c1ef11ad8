"""The results folder: what a run leaves behind, each file whole or not there at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from caseseries.evidence.problem import Problem, Problems

MANIFEST = "manifest.json"
FORMAT = "caseseries results folder 1"
STAGING = ".writing-"
"""Files are written into a folder of this name and the process's number, and moved when all are whole."""
KEPT = ".kept"
"""In this folder of the results folder stands what long queries found, for the next run."""
NO_ROOM = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EFBIG: "a file would be larger than files may be here",
}
IN_WORDS = NO_ROOM | {
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "that disk can only be read",
    errno.ENOENT: "no folder can be made there",
    errno.ENOTDIR: "a file stands where a folder would have to be",
    errno.EEXIST: "a link that leads nowhere, or a file, stands where a folder would have to be",
    errno.ELOOP: "the links on the way there lead in a circle",
    errno.ENAMETOOLONG: "the name is too long",
}
ELSEWHERE = "Name another folder with --out; nothing was touched."


@dataclass(frozen=True, slots=True)
class Owner:
    """The study that a results folder belongs to."""

    name: str
    title: str


def check_free(folder: Path, owner: Owner) -> None:
    """Nothing, where `folder` may be written for this study. Raises Problems where it holds anything else.

    A folder may be written that does not exist, is empty or as a run left it that was interrupted, or
    carries this study's own manifest.
    """
    try:
        found = _why_not_free(folder, owner)
    except OSError as error:
        found = f"the folder cannot be read: {_in_words(error)}"
    if found:
        raise Problems([Problem(str(folder), found, ELSEWHERE)])


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
    before = _listed(folder)
    listed = {name: _digest(data) for name, data in content.items()}
    if beside:
        listed = {name: digest for name, digest in before.items() if (folder / name).is_file()} | listed
        provenance = {**provenance, **_manifest_of(folder)}
    content[MANIFEST] = _manifest(owner, listed, provenance)
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    staging = folder / f"{STAGING}{os.getpid()}"
    try:
        _refuse_foreign(folder, content, before)
        _clear_leftovers(folder)
        for name, data in content.items():
            _write_whole(staging / name, data)
        with _unhurried():
            for name in content:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (staging / name).replace(folder / name)
            _clear(staging, [])
            _remove(folder, {name: digest for name, digest in before.items() if name not in listed})
    except OSError as error:
        _clear(staging, made)
        found = f"the results cannot be written: {_in_words(error)}"
        mend = "Free some room or name" if error.errno in NO_ROOM else "Name"
        mend += " another folder with --out; what stood there before is untouched."
        raise Problems([Problem(str(folder), found, mend)]) from None
    except BaseException:  # an interrupt too leaves nothing half-written behind; it is passed on
        _clear(staging, made)
        raise


def _in_words(error: OSError) -> str:
    return IN_WORDS.get(error.errno or 0, error.strerror or str(error))


# ---- Whose it is ----


def _why_not_free(folder: Path, owner: Owner) -> str:
    if not folder.exists():
        return "this is a link that leads nowhere" if folder.is_symlink() else ""
    if not folder.is_dir():
        return "this is a file, not a folder"
    manifest = folder / MANIFEST
    if not manifest.exists():
        ours = (path for path in folder.iterdir() if path.name != KEPT)
        others = [path for path in ours if not path.name.startswith(STAGING)]
        return "this folder holds other things, and no results of this system" if others else ""
    study = _manifest_of(folder).get("study")
    if not isinstance(study, dict):
        return f"this folder holds a {MANIFEST} that is not of this system"
    if (study.get("name"), study.get("title")) != (owner.name, owner.title):
        return f'this folder holds the results of another study ("{study.get("title")}")'
    return ""


def _refuse_foreign(folder: Path, content: Mapping[str, bytes], before: Mapping[str, str]) -> None:
    """Raise where something that we did not make stands where a file of ours would go, or stood."""
    within = {folder / one for name in (*content, *before) for one in Path(name).parents}
    mend = "Remove the link, or name another folder with --out; nothing was touched."
    problems = [
        Problem(str(one), "this is a link, by which files elsewhere would be written or removed", mend)
        for one in sorted(within - {folder})
        if one.is_symlink()
    ]
    for name, data in content.items():
        path = folder / name
        ours = name in before or name == MANIFEST
        blocked = [one for one in path.relative_to(folder).parents if (folder / one).is_file()]
        if path.is_dir() or blocked or (not ours and path.exists() and path.read_bytes() != data):
            found = "something stands in the place of a file of the results, and was not made by this system"
            there = folder / blocked[0] if blocked else path
            problems.append(Problem(str(there), found, "Move it elsewhere; nothing was touched."))
    if problems:
        raise Problems(dict.fromkeys(problems))


def _manifest(owner: Owner, files: Mapping[str, str], provenance: Mapping[str, Any]) -> bytes:
    """The manifest as text; `files` are the digests of everything of ours that stands in the folder."""
    manifest = {
        "format": FORMAT,
        "study": {"name": owner.name, "title": owner.title},
        **provenance,
        "files": dict(sorted(files.items())),
    }
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()


def _manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest that stands in the folder; empty where it is none of ours."""
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and content.get("format") == FORMAT else {}


def _listed(folder: Path) -> dict[str, str]:
    """The files that the standing manifest names, with their digests: they are ours."""
    files = _manifest_of(folder).get("files")
    named = files.items() if isinstance(files, dict) else ()
    return {
        name: str(digest)
        for name, digest in named
        if not Path(name).is_absolute() and ".." not in Path(name).parts
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# ---- Writing ----


def _write_whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _unhurried() -> Iterator[None]:
    """An interrupt waits until the files are moved, which takes a moment: all are of one run."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []

    def wait(number: int, frame: FrameType | None) -> None:
        waiting.append(number)

    usual = signal.signal(signal.SIGINT, wait)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if waiting:
            signal.raise_signal(signal.SIGINT)


def _remove(folder: Path, gone: Mapping[str, str]) -> None:
    """Remove what an earlier run made, where nobody has changed it since; and folders that are then empty."""
    for name, digest in gone.items():
        path = folder / name
        if path.is_file() and _digest(path.read_bytes()) == digest:
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
