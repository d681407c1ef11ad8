"""What the disk says: why a folder cannot be read or written, in plain words."""

from __future__ import annotations

import errno

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


def in_words(error: OSError) -> str:
    """Why the system would not do it, as the end of a sentence."""
    return IN_WORDS.get(error.errno or 0, error.strerror or str(error))
