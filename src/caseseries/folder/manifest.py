"""The manifest: whose a results folder is, and which files in it are ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseseries.evidence.problem import Problem, Problems
from caseseries.folder.disk import in_words

MANIFEST = "manifest.json"
FORMAT = "caseseries results folder 1"
STAGING = ".writing-"
"""Files are written into a folder of this name and the process's number, and moved when all are whole."""
KEPT = ".kept"
"""In this folder of the results folder stands what long queries found, for the next run."""
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
        found = f"the folder cannot be read: {in_words(error)}"
    if found:
        raise Problems([Problem(str(folder), found, ELSEWHERE)])


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
    study = manifest_of(folder).get("study")
    if not isinstance(study, dict):
        return f"this folder holds a {MANIFEST} that is not of this system"
    if (study.get("name"), study.get("title")) != (owner.name, owner.title):
        return f'this folder holds the results of another study ("{study.get("title")}")'
    return ""


def refuse_foreign(folder: Path, content: Mapping[str, bytes], before: Mapping[str, str]) -> None:
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


def manifest_text(owner: Owner, files: Mapping[str, str], provenance: Mapping[str, Any]) -> bytes:
    """The manifest as text; `files` are the digests of everything of ours that stands in the folder."""
    manifest = {
        "format": FORMAT,
        "study": {"name": owner.name, "title": owner.title},
        **provenance,
        "files": dict(sorted(files.items())),
    }
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest that stands in the folder; empty where it is none of ours."""
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and content.get("format") == FORMAT else {}


def files_listed(folder: Path) -> dict[str, str]:
    """The files that the standing manifest names, with their digests: they are ours."""
    files = manifest_of(folder).get("files")
    named = files.items() if isinstance(files, dict) else ()
    return {
        name: str(digest)
        for name, digest in named
        if not Path(name).is_absolute() and ".." not in Path(name).parts
    }


def sha256(data: bytes) -> str:
    """The digest by which a file that nobody changed since is known."""
    return hashlib.sha256(data).hexdigest()
