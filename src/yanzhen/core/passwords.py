"""Password hashing that cannot take the machine's memory."""

import threading

from django.contrib.auth.hashers import Argon2PasswordHasher


class OneAtATimeArgon2(Argon2PasswordHasher):
    """Argon2 takes 100 MiB a hash on purpose; one at a time in each process is what we can spare.

    Hashes are Django's own: this class only lines them up.
    """

    lane = threading.Lock()

    def encode(self, password: str, salt: str) -> str:
        with self.lane:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with self.lane:
            return super().verify(password, encoded)
