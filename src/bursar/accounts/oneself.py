"""What a person changes of themselves; it concerns no account, so no history tells of it."""

from uuid import UUID

from bursar.accounts.models import Person


def rename(person_id: UUID, *, name: str) -> None:
    """Call somebody by another name on their own pages; what accounts call them is the accounts'."""
    # Whoever was erased meanwhile stays so.
    Person.objects.filter(pk=person_id, is_active=True).update(name=name)
