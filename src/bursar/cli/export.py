"""`bursar export`: what is held, written down for whom it is about."""

from pathlib import Path

import click

from bursar.cli.files import say
from bursar.cli.home import django


@click.group()
def export() -> None:
    """Write down what is held of somebody, for themselves.

    Example: bursar export person ada@customer.example --json --to ada.json
    """


@export.command()
@click.argument("email")
@click.option("--to", "file", type=click.Path(dir_okay=False), help="A file to write; without it, here.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def person(email: str, file: str | None, as_json: bool) -> None:
    """Write what is held of the person with this EMAIL, in all accounts, and nothing of anybody else.

    Example: bursar export person ada@customer.example --json --to ada.json
    """
    with django():
        from bursar.erasure.personal_data import person_of, personal_records_json, personal_records_text

        whose = person_of(email)
        pieces = personal_records_json(whose) if as_json else personal_records_text(whose)
        if file is None:
            for piece in pieces:
                say(piece, nl=False)
            return
        aside = Path(f"{file}.part")
        try:
            with aside.open("w", encoding="utf-8") as out:
                out.writelines(pieces)
            aside.replace(file)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise click.ClickException(f"{file} cannot be written: {error.strerror or error}.") from None
