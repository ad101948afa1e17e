"""Who is in sandbox accounts and nowhere else."""

from uuid import UUID

from bursar.accounts import models


def in_sandbox(member_id: UUID) -> UUID | None:
    """The person of an active member of a sandbox account who is in no account that is real."""
    active = models.Member.objects.filter(pk=member_id, removed_at=None, state="active", account__sandbox=True)
    person = active.values_list("person_id", flat=True).first()
    if person is None:
        return None
    real = models.Member.objects.filter(person_id=person, removed_at=None, account__sandbox=False)
    return None if real.exists() else person


def only_in_sandboxes(person_id: UUID) -> bool:
    """Whether somebody is in accounts or of the staff, and nowhere that is real: letters to them never go out."""
    mine = models.Member.objects.filter(person_id=person_id, removed_at=None)
    serving = models.Staff.objects.filter(person_id=person_id, ended_at=None)
    real = mine.filter(account__sandbox=False).exists() or serving.filter(sandbox=False).exists()
    return not real and (mine.exists() or serving.exists())
