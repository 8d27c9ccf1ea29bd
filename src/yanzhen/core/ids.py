"""Ids that are made outside the database."""

import uuid


def new_client_id() -> uuid.UUID:
    """Return an id for one intended write, made before it, so that a resend is known as such."""
    return uuid.uuid4()
