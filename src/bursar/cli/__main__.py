"""The program, run as a module."""

from bursar.cli import main

main()
