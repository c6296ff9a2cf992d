"""Text files: read with errors that say what to do, and replaced as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from progsynth.errors import ProgsynthError

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows: files are replaced at once, but not locked)
    fcntl = None  # type: ignore[assignment]


def read_text(path: Path, error: type[ProgsynthError] = ProgsynthError) -> str:
    """The text of a file, which must be UTF-8 (a byte order mark is dropped).

    Raises `error`, saying what to do.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise error(f"{path}: no such file{_neighbours(path)}") from None
    except IsADirectoryError:
        raise error(f"{path}: expected a file, found a folder; name a file in it") from None
    except (OSError, ValueError) as why:
        raise error(f"{path}: cannot be read: {_reason(why)}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        line = data.count(b"\n", 0, why.start) + 1
        raise error(
            f"{path}:{line}: expected UTF-8, found the byte 0x{data[why.start]:02x} at offset "
            f"{why.start}; save the file as UTF-8"
        ) from None


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _neighbours(path: Path) -> str:
    if not path.parent.is_dir():
        return f"; there is no folder {path.parent} either"
    near = sorted(p.name for p in path.parent.glob(f"*{path.suffix or '.json'}"))
    shown = ", ".join(near[:5]) + (", ..." if len(near) > 5 else "")
    return f"; in that folder there is {shown}" if near else ""


def write_text(path: Path, text: str) -> None:
    """Put the text in the file: whoever reads it finds the old text or the new, never a part.

    Raises ProgsynthError.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Put these bytes in the file, as `write_text` does a text. Raises ProgsynthError."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device cannot be replaced
            path.write_bytes(content)
            return
        path = Path(os.path.realpath(path))  # what a link points to is replaced, not the link
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as why:
        raise ProgsynthError(f"{path}: cannot be written: {_reason(why)}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def check_writable(path: Path, what: str) -> None:
    """Raise ProgsynthError now if `write_text` would fail later; `what` names the file's use."""
    if path.is_dir():
        raise ProgsynthError(f"{what} {path}: expected a file, found a folder")
    if path.exists() and not path.is_file():
        return
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise ProgsynthError(f"{what} {path}: there is no folder {path.parent}; make it first")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise ProgsynthError(f"{what} {path}: cannot be written: permission denied")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file for this process alone, among all that lock it so; the lock is FILE.lock."""
    try:
        file = open(f"{path}.lock", "w", encoding="utf-8")  # noqa: SIM115 (closed below)
    except OSError as why:
        raise ProgsynthError(f"{path}: cannot be locked: {_reason(why)}") from None
    with file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
