"""Real local servers for tests: PostgreSQL, an HTTP server that fails now and then, S3, SFTP."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncssh
import pytest
import sqlalchemy as sa
from moto.server import ThreadedMotoServer

NOBODY = 65534


def _binaries() -> Path:
    found = shutil.which("initdb")
    places = [Path(found)] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not places:
        pytest.skip("PostgreSQL is not installed here (no initdb found); .ci/run installs it")
    return places[-1].resolve().parent


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server of its own; gives the URL of an empty database."""
    binaries, port = _binaries(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="cdp_postgres_"))
    as_nobody = {"user": NOBODY} if os.geteuid() == 0 else {}  # the server refuses to run as root
    if as_nobody:
        os.chown(folder, NOBODY, NOBODY)

    def call(*command: str) -> None:
        program = [str(binaries / command[0]), *command[1:]]
        subprocess.run(program, check=True, stdout=subprocess.DEVNULL, cwd=folder, **as_nobody)  # type: ignore[call-overload]

    data = str(folder / "data")
    call("initdb", "-D", data, "-U", "cdp", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    call("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql+psycopg://cdp@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


Sql = Callable[[str], None]


def emptied(url: str) -> Sql:
    """Runs statements in the database, which is empty to begin with."""
    engine = sa.create_engine(url)

    def execute(statements: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(statements)

    execute("drop schema public cascade; create schema public")
    return execute


@dataclass
class Answer:
    """What an HTTP server says once."""

    body: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None


@dataclass
class Request:
    path: str
    query: dict[str, str]
    headers: dict[str, str]


@contextmanager
def http_server(answer: Callable[[Request], Answer]) -> Iterator[str]:
    """An HTTP server on localhost; an answer with `cut_at` breaks off after so many bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            given = answer(Request(parts.path, query, dict(self.headers)))
            body = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            self.send_response(given.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: given.cut_at])

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def s3_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def sftp_server(root: Path, user: str, password: str) -> Iterator[int]:
    """An SFTP server whose root is a folder; gives its port."""

    class Login(asyncssh.SSHServer):  # type: ignore[misc]
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, given: str) -> bool:
            return username == user and given == password

    def in_root(channel: object) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root).encode())

    loop = asyncio.new_event_loop()
    started: asyncio.Future[int] = loop.create_future()

    async def serve() -> None:
        key = asyncssh.generate_private_key("ssh-ed25519")
        server = await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[key], server_factory=Login, sftp_factory=in_root
        )
        started.set_result(server.get_port())

    ready = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield started.result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
