"""An Orthanc of a test's own: on this computer only, gone when the test ends."""

from __future__ import annotations

import json
import shutil
import socket
import socketserver
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

PLUGINS = Path("/usr/share/orthanc/plugins")
USER, PASSWORD = "anna", "pass word"
BROKEN = "Orthanc with DICOMweb is not installed: apt install orthanc orthanc-dicomweb"


def free_port() -> int:
    """One that nobody listens to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def program() -> str | None:
    """Where it is; None when it or its DICOMweb is not installed."""
    found = shutil.which("Orthanc", path="/usr/sbin:/usr/bin:/usr/local/bin")
    return found if list(PLUGINS.glob("libOrthancDicomWeb.so*")) else None


@dataclass
class Orthanc:
    """One in a folder of its own, which can be killed and started again."""

    folder: Path
    settings: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """The root of its DICOMweb services."""
        return f"http://127.0.0.1:{self.port}/dicom-web"

    def start(self) -> None:
        """Run, and wait until it answers."""
        file = self.folder / "orthanc.json"
        file.write_text(json.dumps(self._all_settings()))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([program(), file], stdout=log, stderr=log)
        for _ in range(1200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except OSError:
                log_text = (self.folder / "log").read_text()
                assert self.process.poll() is None, log_text
                time.sleep(0.1)

    def kill(self) -> None:
        """End it at once, whatever it does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _all_settings(self) -> dict[str, Any]:
        return {
            "Name": "test",
            "StorageDirectory": str(self.folder / "storage"),
            "IndexDirectory": str(self.folder / "index"),
            "Plugins": [str(PLUGINS / "libOrthancDicomWeb.so")],
            "DicomServerEnabled": False,
            "HttpPort": self.port,
            "HttpBindAddresses": ["127.0.0.1"],
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {USER: PASSWORD},
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        } | self.settings


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Orthanc]:
    """Run one in a folder, with other settings than the usual."""
    one = Orthanc(folder, settings)
    try:
        one.start()
        yield one
    finally:
        one.kill()


@contextmanager
def behind_tls(port: int, pem: Path) -> Iterator[int]:
    """A door with TLS before a server, as clinics have one; gives its port.

    Orthanc 1.10.1 of Debian 12 does not survive the first handshake of its own TLS.
    """

    class Door(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as inside:
                back = Thread(target=_pass_on, args=(inside, self.request), daemon=True)
                back.start()
                _pass_on(self.request, inside)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Door) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
