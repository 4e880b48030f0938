"""Sending prepared deliveries to real servers: a webhook that misbehaves, an object store, an SFTP server."""

import base64
import hashlib
import hmac
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.resources.manifests import files_of, write_manifest
from cdp_pipeline.resources.targets import DeliveryFailed, acknowledged, put_in_place, send
from cdp_pipeline_tests.servers import s3_server, sftp_server

PLAIN = {"name": "hook", "description": "d", "segments": ["s"], "channel": "email", "purposes": ["p"], "format": "file", "file_type": "jsonl",
         "columns": {"id": {"field": "profile_id"}}, "keys": ["id"]}  # fmt: skip
SECRET = "whsec_" + base64.b64encode(b"geheim").decode()
DELIVERY = "hook/2026-11-15.1"


class Receiver(ThreadingHTTPServer):
    """Applies each batch once by its idempotency key; `faults` say what goes wrong with a request, by its number."""

    def __init__(self, faults: Callable[[int], str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.faults, self.requests, self.problems = faults, 0, list[str]()
        self.any_secret = False
        self.applied: dict[str, tuple[str, list[str]]] = {}
        self.lock = threading.Lock()

    @property
    def members(self) -> list[str]:
        return [member for _, batch in self.applied.values() for member in batch]

    @property
    def held(self) -> list[str]:
        """Who is left of all batches, applied in the order in which they came first."""
        held: set[str] = set()
        for action, batch in self.applied.values():
            held = held | set(batch) if action == "add" else held - set(batch)
        return sorted(held)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.requests += 1
            fault = self.server.faults(self.server.requests)
        signed = f"{self.headers['Webhook-Id']}.{self.headers['Webhook-Timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(b"geheim", signed, hashlib.sha256).digest()).decode()
        if self.headers["Webhook-Signature"] != f"v1,{expected}" and not self.server.any_secret:
            self.server.problems.append("the signature is wrong")
        if fault == "429":
            self.send_response(429)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if fault in ("500", "400"):
            self.send_error(int(fault))
            return
        if fault == "dropped before":
            self.connection.close()
            return
        told = json.loads(body)
        with self.server.lock:
            members = [member.get("id") or member["profile_id"] for member in told["members"]]
            self.server.applied.setdefault(self.headers["Idempotency-Key"], (told["action"], members))
        if fault == "dropped after":  # taken, and the answer is lost: it comes again
            self.connection.close()
            return
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def receiver(faults: Callable[[int], str]) -> Iterator[Receiver]:
    server = Receiver(faults)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared delivery of 20 batches with 5 members each."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    files = []
    for batch in range(20):
        path = tmp_path / f"add.{batch + 1:04}.jsonl"
        path.write_text("".join(json.dumps({"id": f"P{batch * 5 + n}"}) + "\n" for n in range(5)))
        files.append((path, "add", 5))
    write_manifest(tmp_path, {"delivery": DELIVERY}, files)
    return tmp_path


def _hook(server: Receiver, **given: object) -> Destination:
    target = {
        "kind": "webhook",
        "url": f"http://127.0.0.1:{server.server_port}/",
        "secret": "HOOK_SECRET",
        "seconds_between": 0.01,
        **given,
    }
    return Destination.model_validate({**PLAIN, "target": target})


def test_every_batch_arrives_once_whatever_goes_wrong_on_the_way(folder: Path) -> None:
    chance = random.Random(4)
    faults = ["", "", "429", "500", "dropped before", "dropped after"]
    with receiver(lambda number: chance.choice(faults)) as server:
        send(_hook(server, attempts=30), DELIVERY, folder, files_of(folder))
        assert sorted(server.members) == sorted(f"P{n}" for n in range(100))
        assert server.requests > 20
        assert not server.problems


def test_a_delivery_that_broke_off_goes_on_after_the_last_acknowledged_batch(folder: Path) -> None:
    with receiver(lambda number: "" if number <= 7 else "500") as server:
        with pytest.raises(DeliveryFailed, match="batch 8 of 20: the server answered 500"):
            send(_hook(server, attempts=2), DELIVERY, folder, files_of(folder))
        assert acknowledged(folder) == 7
        server.faults = lambda number: ""
        before = server.requests
        send(_hook(server), DELIVERY, folder, files_of(folder))
        assert server.requests - before == 13
        assert sorted(server.members) == sorted(f"P{n}" for n in range(100))


def test_a_refusal_is_not_tried_again(folder: Path) -> None:
    with receiver(lambda number: "400") as server:
        with pytest.raises(DeliveryFailed, match="answered 400"):
            send(_hook(server), DELIVERY, folder, files_of(folder))
        assert server.requests == 1


def test_a_server_that_is_not_there_is_told_without_its_address(folder: Path) -> None:
    with receiver(lambda number: "") as server:
        gone = _hook(server, attempts=2)
    with pytest.raises(DeliveryFailed, match=r"can't be reached \(ConnectionError\)"):
        send(gone, DELIVERY, folder, files_of(folder))


def test_a_missing_secret_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET")
    with receiver(lambda number: "") as server, pytest.raises(DeliveryFailed, match="HOOK_SECRET is not set"):
        send(_hook(server), DELIVERY, folder, files_of(folder))


def _remote(url: str, options: dict[str, object], secrets: dict[str, str]) -> Destination:
    return Destination.model_validate(
        {**PLAIN, "target": {"kind": "remote", "url": url, "options": options, "secrets": secrets}}
    )


def test_a_bucket_gets_the_files_and_the_manifest_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROP_USER", "partner")
    monkeypatch.setenv("DROP_PASSWORD", "geheim")
    with s3_server() as address:
        keys = {"aws_access_key_id": "partner", "aws_secret_access_key": "geheim", "region_name": "eu-west-3"}
        client = boto3.client("s3", endpoint_url=address, **keys)
        client.create_bucket(Bucket="drop", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        secrets = {"aws_access_key_id": "DROP_USER", "aws_secret_access_key": "DROP_PASSWORD"}
        target = _remote("s3://drop/in", {"endpoint_url": address, "region_name": "eu-west-3"}, secrets)
        send(target, DELIVERY, folder, files_of(folder))
        found = {item["Key"] for item in client.list_objects_v2(Bucket="drop")["Contents"]}
        assert found == {f"in/{DELIVERY}/{path.name}" for path, _ in files_of(folder)} | {
            f"in/{DELIVERY}/manifest.json"
        }
        first = client.get_object(Bucket="drop", Key=f"in/{DELIVERY}/add.0001.jsonl")["Body"].read()
        assert first == (folder / "add.0001.jsonl").read_bytes()


def test_an_sftp_server_gets_whole_files_and_a_wrong_password_is_not_shown(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DROP_USER", "partner")
    monkeypatch.setenv("DROP_PASSWORD", "geheim")
    root = tmp_path_factory.mktemp("remote")
    with sftp_server(root, "partner", "geheim") as port:
        target = _remote("sftp://127.0.0.1/in", {"sftp_port": port}, {"sftp_username": "DROP_USER", "sftp_password": "DROP_PASSWORD"})  # fmt: skip
        send(target, DELIVERY, folder, files_of(folder))
        found = {path.name for path in (root / "in" / DELIVERY).iterdir()}
        assert found == {path.name for path, _ in files_of(folder)} | {"manifest.json"}
        monkeypatch.setenv("DROP_PASSWORD", "falsch")
        (folder / "progress").unlink()
        with pytest.raises(DeliveryFailed) as failed:
            send(target, DELIVERY, folder, files_of(folder))
        assert "falsch" not in str(failed.value)


def test_a_folder_has_its_name_in_one_step(folder: Path, tmp_path: Path) -> None:
    send(Destination.model_validate(PLAIN), DELIVERY, folder, files_of(folder))
    final = tmp_path.with_name("exports") / DELIVERY
    put_in_place(folder, final)
    assert not folder.exists()
    assert {path.name for path, _ in files_of(final)} <= {path.name for path in final.iterdir()}
    assert not (final / "progress").exists()
