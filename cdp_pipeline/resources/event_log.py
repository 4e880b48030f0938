"""Dagster's SQLite storage with its connections kept open between events.

Dagster 1.13 opens a database file anew for each of the thousand reads and writes of a run, some 6 ms each
time; kept open, it is one. What belongs here: which files stay open. What does not: anything that is
stored, which is Dagster's own.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine

FILES_KEPT_OPEN = 8
"""The index, and the runs looked at last: the web server of a deployment looks at thousands in time."""


class OpenSqliteEventLogStorage(SqliteEventLogStorage):
    """The event log, a file a run and an index, of which the latest stay open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A connection in a transaction, one at a time (as in the parent class)."""
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = create_engine(
                self.conn_string_for_shard(shard),
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
        self._engines.move_to_end(shard)
        while len(self._engines) > FILES_KEPT_OPEN:
            _, oldest = self._engines.popitem(last=False)
            oldest.dispose()
        return self._engines[shard]

    def dispose(self) -> None:
        """Close the files."""
        for engine in self._engines.values():
            engine.dispose()
        super().dispose()


class OpenSqliteStorage(DagsterSqliteStorage):
    """Dagster's default storage below `base_dir`, with this event log; named in `dagster.yaml`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        standing = self._event_log_storage
        self._event_log_storage = OpenSqliteEventLogStorage(standing._base_dir)
        standing.dispose()

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> "OpenSqliteStorage":
        """Called by Dagster with the configuration of `dagster.yaml`."""
        return cls.from_local(inst_data=inst_data, **config_value)
