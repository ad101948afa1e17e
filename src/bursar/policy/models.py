"""The published versions of the policy."""

from bursar.columns.version import PublishedVersion


class Version(PublishedVersion):
    """A version of the policy."""
