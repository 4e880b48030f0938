"""Text files: unpacked, and decoded to UTF-8, whatever they are delivered in.

What belongs here: compression, encodings, byte-order marks, and counts of lines and bytes. What does not: the formats. A byte that
is not of the file's encoding stays in the copy as the byte itself, which is not UTF-8: so the reader of
the format finds it, in its line.
"""

import codecs
import gzip
import io
import mmap
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import pyarrow as pa
from charset_normalizer import from_bytes

from cdp_pipeline.config.sources import Extract
from cdp_pipeline.resources.extracts import ExtractError

MEGABYTE = 1 << 20
UTF8 = "utf-8"
MARKS = {
    codecs.BOM_UTF8: UTF8,
    codecs.BOM_UTF32_LE: "utf-32-le",  # begins as the next one does
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    codecs.BOM_UTF32_BE: "utf-32-be",
}
DETECTED = ("cp1252", "cp1250", "shift_jis")
PACKED = {".gz": "gzip", ".zip": "zip", ".zst": "zstd"}


def _keep_byte(error: UnicodeError) -> tuple[str, int]:
    """Stand for each byte that can't be decoded by a lone surrogate, which `surrogateescape` writes as the byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + max(byte, 0x80)) for byte in broken), error.end


codecs.register_error("keep_byte", _keep_byte)


@contextmanager
def unpacked(path: Path, extract: Extract) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed; raises ExtractError where they are truncated or not of that compression."""
    kind = compression(path, extract)
    with ExitStack() as stack:
        try:
            yield stack.enter_context(_opened(path, kind))
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, pa.ArrowException, OSError) as error:
            if kind == "none":
                raise
            raise ExtractError(
                path, "", f"not a whole {kind} file ({error})", "ask the source to deliver it again"
            ) from None


def compression(path: Path, extract: Extract) -> str:
    """Declared, or as the file's name ends."""
    return extract.compression or PACKED.get(path.suffix.lower(), "none")


def _opened(path: Path, kind: str) -> BinaryIO:
    if kind == "gzip":
        return cast(BinaryIO, gzip.open(path, "rb"))
    if kind == "zstd":
        return cast(BinaryIO, pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))
    if kind == "zip":
        archive = zipfile.ZipFile(path)
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            raise ExtractError(path, "", f"the archive holds {len(members)} files", "deliver one file in each archive")
        return cast(BinaryIO, archive.open(members[0]))
    return path.open("rb")


def unpack(path: Path, extract: Extract, scratch: Path) -> Path:
    """The file itself, or its decompressed copy in the scratch folder."""
    if compression(path, extract) == "none":
        return path
    copy = scratch / f"{path.name}.unpacked"
    with unpacked(path, extract) as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target, MEGABYTE)
    return copy


def verify(path: Path, extract: Extract) -> None:
    """Read a compressed file to its end; raises ExtractError where it is truncated."""
    if compression(path, extract) != "none":
        with unpacked(path, extract) as source:
            while source.read(MEGABYTE):
                pass


def as_utf8(path: Path, extract: Extract, scratch: Path) -> Path:
    """The file itself, or a copy in UTF-8 in the scratch folder."""
    plain = unpack(path, extract, scratch)
    codec, mark = encoding(plain, extract)
    if codec == UTF8:
        return plain
    copy = scratch / f"{path.name}.utf8"
    with plain.open("rb") as source, copy.open("w", encoding=UTF8, errors="surrogateescape", newline="") as target:
        source.seek(mark)
        decoder = codecs.getincrementaldecoder(codec)("keep_byte")
        while chunk := source.read(MEGABYTE):
            target.write(decoder.decode(chunk))
        target.write(decoder.decode(b"", final=True))
    return copy


@contextmanager
def opened(path: Path, extract: Extract) -> Iterator[TextIO]:
    """The file's text from its beginning, for a look at its head; undecodable bytes are lone surrogates.

    A carriage return alone ends a line in a file that has no other line ends.
    """
    with unpacked(path, extract) as source:
        head = source.read(MEGABYTE)
        codec, mark = encoding_of(head, extract)
        decoder = codecs.getincrementaldecoder(codec)(undecoded(codec))
        text = decoder.decode(head[mark:])
        yield io.StringIO(text, newline="\n" if "\n" in text else "")


def encoding(path: Path, extract: Extract) -> tuple[str, int]:
    """Codec of an unpacked file, and the length of its byte-order mark."""
    with path.open("rb") as file:
        return encoding_of(file.read(MEGABYTE), extract)


def undecoded(codec: str) -> str:
    """How a byte that is not of the codec stays in decoded text, so that it is written back as itself."""
    return "surrogateescape" if codec == UTF8 else "keep_byte"


def encoding_of(head: bytes, extract: Extract) -> tuple[str, int]:
    """Codec of a file that begins so, and the length of its byte-order mark."""
    for mark, codec in MARKS.items():
        if head.startswith(mark):
            return codec, len(mark)
    if extract.encoding == "auto":
        return _detected(head), 0
    codec = codecs.lookup(extract.encoding).name
    return _byte_order(head) if codec == "utf-16" else codec, 0


def _byte_order(head: bytes) -> str:
    """Codec of UTF-16 without a mark: of a Latin letter, a line end or a digit, the high byte is NUL."""
    return "utf-16-be" if head[0::2].count(0) > head[1::2].count(0) else "utf-16-le"


def _detected(head: bytes) -> str:
    """UTF-8 where the bytes are, else the likeliest of the usual encodings; cp1252 where nothing is likelier."""
    if head.count(0) > len(head) // 4:
        return _byte_order(head)
    try:
        codecs.getincrementaldecoder(UTF8)().decode(head)
    except UnicodeDecodeError:
        matches = from_bytes(head, cp_isolation=list(DETECTED))
        disorder = {name: match.chaos for match in matches for name in (match.encoding, *match.could_be_from_charset)}
        likeliest = min(disorder, key=lambda name: (disorder[name], DETECTED.index(name)), default=DETECTED[0])
        return codecs.lookup(likeliest).name
    return UTF8


def without_line_end(line: bytes) -> bytes:
    """The line alone."""
    return line.removesuffix(b"\n").removesuffix(b"\r")


def undecodable(text: bytes) -> str | None:
    """What keeps a line from being UTF-8 text; None where nothing does."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte 0x{text[error.start]:02x} is not of the file's encoding"
    return "a NUL byte" if b"\0" in text else None


@dataclass(frozen=True)
class Marks:
    """What a file's data consists of beside its cells (bytes; lines as a text editor counts them)."""

    size: int
    lines: int
    line_ends: int
    quotes: int


def count_marks(path: Path, first_line: int, quote: str = "") -> Marks | None:
    """Counted from the line at which data begins; None where NUL bytes or carriage returns stand alone."""
    breaks = returns = both = quotes = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = len(codecs.BOM_UTF8) if content[:3] == codecs.BOM_UTF8 else 0
        for _ in range(first_line - 1):
            start = content.find(b"\n", start) + 1 or len(content)
        for at in range(start, len(content), MEGABYTE):
            chunk = content[at : at + MEGABYTE]
            breaks, returns = breaks + chunk.count(b"\n"), returns + chunk.count(b"\r")
            quotes += chunk.count(quote.encode()) if quote else 0
            both += content[at : at + MEGABYTE + 1].count(b"\r\n")
        if returns != both or content.find(b"\0") >= 0:
            return None
        is_open = len(content) > start and content[-1:] != b"\n"
        return Marks(len(content) - start, breaks + is_open, breaks + returns, quotes)
