"""What the record says, and whether it still says what was written."""

from django.db import models

from yanzhen.events.models import Event


def subject_kind_of(subject: models.Model) -> str:
    """The name under which the events of such a row are filed."""
    return str(subject._meta.model_name)


def events_of(subject: models.Model) -> models.QuerySet[Event]:
    """The events of one row in the order in which they happened, each with its actor."""
    return (
        Event.objects.filter(subject_kind=subject_kind_of(subject), subject_id=subject.pk)
        .select_related("actor")
        .order_by("number")
    )


def last_event(subject: models.Model) -> Event | None:
    """What happened to the row last, with its actor."""
    return events_of(subject).order_by("-number").first()
