"""Explain why a folder cannot be used, and write files that are there whole or not at all."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LEAST_BYTES: Final = 32 << 20
"""PostgreSQL writes its log in pieces of 16 MB, and needs one to come back after a crash."""
ELSEWHERE: Final = "set BURSAR_HOME to another folder"


class Unusable(Exception):
    """A folder cannot be used; the message says why and what to do."""


@contextmanager
def explain_faults(folder: Path) -> Iterator[None]:
    """Turn an error of the disk within the block into a sentence. Errors: Unusable."""
    try:
        yield
    except OSError as error:
        raise Unusable(_sentence(folder, error)) from error


def write_atomically(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file under another name and rename it, so that nobody reads half of it, even after a loss of power."""
    descriptor, unfinished = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.chmod(unfinished, mode)
        os.replace(unfinished, path)
    # Also for Ctrl-C, which is no Exception.
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """Return the text of a file, made by the first process that asks; an empty file is none. Errors: Unusable."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # A process that asks at the same moment waits, and reads what the first one made. The lock ends with a process.
        fcntl.flock(folder, fcntl.LOCK_EX)
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
        except UnicodeDecodeError:
            raise Unusable(f"{path} is damaged; bring it back from a backup") from None
        if not text:
            text = make()
            write_atomically(path, text)
        return text
    finally:
        os.close(folder)


def short_of_room(folder: Path) -> str:
    """Return why there is not enough room to work in a folder; "" if there is."""
    free = shutil.disk_usage(folder).free
    if free >= LEAST_BYTES:
        return ""
    return f"the disk of {folder} is full; make room, at least {LEAST_BYTES >> 20} MB"


def _sentence(folder: Path, error: OSError) -> str:
    """Say what is wrong with a folder, and what to do about it."""
    # A full disk, a user's quota, and a limit on the size of files have one cure.
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"there is no room for {folder} ({error.strerror}); make room, and start again"
    if error.errno == errno.EROFS:
        return f"the disk of {folder} can only be read; make it writable, or {ELSEWHERE}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{folder} is somebody else's; run as its owner, or {ELSEWHERE}"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return f"{folder} is or lies below a file, where a folder was expected; {ELSEWHERE}"
    return f"{folder} cannot be used ({error.strerror or error}); mend that, or {ELSEWHERE}"
