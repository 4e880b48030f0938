"""Opening the file systems that deployments read from and deliver to: S3 buckets, SFTP servers, folders."""

from dlt.common.configuration import resolve_configuration
from dlt.common.storages.configuration import FilesystemConfiguration
from dlt.common.storages.fsspec_filesystem import fsspec_from_config
from fsspec import AbstractFileSystem

from cdp_pipeline.config.connectors import FileSystem
from cdp_pipeline.settings import secret


def open_filesystem(place: FileSystem, folder: str) -> AbstractFileSystem:
    """The file system of a folder's address, with the place's options and the secrets of the environment.

    Raises MissingSecret.
    """
    given = {**place.options, **{key: secret(variable) for key, variable in place.secrets.items()}}
    asked = {"bucket_url": folder, **({"credentials": given} if given else {})}
    client, _ = fsspec_from_config(resolve_configuration(FilesystemConfiguration(), explicit_value=asked))
    return client
