"""The folder in which things are kept: why it cannot be used, and files that are there whole or not at all."""

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
def usable(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses within the block into one sentence. Errors: Unusable."""
    try:
        yield
    except OSError as error:
        raise Unusable(_sentence(folder, error)) from error


def write_whole(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file aside and rename it into place, so that nobody ever reads half of it, even after a loss of power."""
    descriptor, aside = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.chmod(aside, mode)
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def kept_text(path: Path, make: Callable[[], str]) -> str:
    """Return the text of a file, made by the first who asks for it; an empty file counts as none. Errors: Unusable."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Who asks at the same moment waits, and reads what the first one made. The lock ends with the process.
        fcntl.flock(folder, fcntl.LOCK_EX)
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
        except UnicodeDecodeError:
            raise Unusable(f"{path} is damaged; bring it back from a backup") from None
        if not text:
            text = make()
            write_whole(path, text)
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
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"there is no room for {folder} ({error.strerror}); make room, and start again"
    if error.errno == errno.EROFS:
        return f"the disk of {folder} can only be read; make it writable, or {ELSEWHERE}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{folder} is somebody else's; run as its owner, or {ELSEWHERE}"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return f"{folder} is or lies below a file, where a folder was expected; {ELSEWHERE}"
    return f"{folder} cannot be used ({error.strerror or error}); mend that, or {ELSEWHERE}"
