"""Anonymous memory behind a descriptor: sealed where the system can, a temporary file elsewhere."""

import os

SEAL_SIZE = ("F_SEAL_GROW", "F_SEAL_SHRINK", "F_SEAL_SEAL")
SEAL_ALL = (*SEAL_SIZE, "F_SEAL_WRITE")


def allocate(name: str, size: int) -> tuple[int, str]:
    """A descriptor of `size` zero bytes and a path by which this user may open it."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        path = f"/proc/{os.getpid()}/fd/{descriptor}"
    else:
        import tempfile

        descriptor, path = tempfile.mkstemp(prefix=f"{name}-")
    os.truncate(descriptor, size)
    return descriptor, path


def seal(descriptor: int, seals: tuple[str, ...]) -> None:
    """Rule out changes of size, or all changes, for everybody; does nothing where there are no seals."""
    if hasattr(os, "memfd_create"):
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, sum(getattr(fcntl, name) for name in seals))


def write(descriptor: int, data: memoryview, offset: int = 0) -> None:
    """Write all bytes at an offset."""
    os.lseek(descriptor, offset, os.SEEK_SET)
    while data:
        data = data[os.write(descriptor, data) :]


def read_into(descriptor: int, view: memoryview, offset: int = 0) -> None:
    """Fill a writable view from an offset on; what is missing stays as it is."""
    os.lseek(descriptor, offset, os.SEEK_SET)
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        while view and (count := file.readinto(view)):
            view = view[count:]


def release(descriptor: int, path: str) -> None:
    """Close the descriptor, and delete the file where there is one."""
    os.close(descriptor)
    if not hasattr(os, "memfd_create"):
        os.unlink(path)  # noqa: PTH108
