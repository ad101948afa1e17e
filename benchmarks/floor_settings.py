"""The settings with two addresses more: see floor_urls.py."""

from bursar.site.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.floor_urls"
