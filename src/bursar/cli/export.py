"""`bursar export`: write down the data of a person for that person. Source: GDPR, articles 15 and 20."""

from pathlib import Path

import click

from bursar.cli.files import say
from bursar.cli.home import django


@click.group()
def export() -> None:
    """Write down all data about a person, to be given to that person.

    Example: bursar export person ada@customer.example --json --to ada.json
    """


@export.command()
@click.argument("email")
@click.option("--to", "file", type=click.Path(dir_okay=False), help="A file to write; without it, here.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def person(email: str, file: str | None, as_json: bool) -> None:
    """Write all data about the person with this EMAIL, in all accounts, and nothing about anybody else.

    Example: bursar export person ada@customer.example --json --to ada.json
    """
    with django():
        from bursar.erasure.personal_data import person_of, personal_records_json, personal_records_text

        person_id = person_of(email)
        pieces = personal_records_json(person_id) if as_json else personal_records_text(person_id)
        if file is None:
            for piece in pieces:
                say(piece, nl=False)
            return
        # Half a file would be taken for the whole answer to the person's request.
        unfinished = Path(f"{file}.part")
        try:
            with unfinished.open("w", encoding="utf-8") as stream:
                stream.writelines(pieces)
            unfinished.replace(file)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise click.ClickException(f"{file} cannot be written: {error.strerror or error}.") from None
