"""The published versions of the catalog."""

from bursar.columns.version import PublishedVersion


class Version(PublishedVersion):
    """A version of the catalog."""
