"""Hashes of passwords: strong, bounded in number, and as much work for nobody's as for anybody's."""

from __future__ import annotations

import subprocess
import sys

import pytest
from argon2 import PasswordHasher
from tests.factories import CHEAP

from talentsphere.domains.accounts import passwords
from talentsphere.domains.accounts.passwords import MEMORY_KIB, Passwords, weakness_of
from talentsphere.errors import Unavailable
from talentsphere.host.locks import HostSemaphore

HOLD = """
import fcntl, sys
held = open(sys.argv[1], "w")
fcntl.flock(held, fcntl.LOCK_EX)
print("held", flush=True)
input()
"""


@pytest.fixture
def cheap(tmp_path) -> Passwords:
    return Passwords(CHEAP, HostSemaphore(tmp_path, "password", slots=1, waiting=0, patience_s=0.05))


def test_a_hash_says_its_algorithm_and_its_cost(make_settings):
    stored = Passwords.of(make_settings()).hash("correct horse battery")

    assert stored.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t=2,p=1$")


@pytest.mark.parametrize("password", ["x", "correct horse battery", "p" * 72, "p" * 128, "пароль 密码 🔑", "\0nul"])
def test_a_password_matches_its_hash_alone(cheap, password):
    stored = cheap.hash(password)

    assert cheap.matches(password, stored)
    assert not cheap.matches(f"{password} ", stored)


class Noting(PasswordHasher):
    """Notes the parameters of each hash that it checks."""

    def __init__(self, **parameters: int) -> None:
        super().__init__(**parameters)
        self.checked: list[str] = []

    def verify(self, stored, password):
        self.checked.append(stored.split("$")[3])
        return super().verify(stored, password)


NO_HASH = [None, "", "!", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=8,t=1,p=1$x"]


@pytest.mark.parametrize("stored", NO_HASH)
def test_what_is_no_hash_is_matched_by_nothing_after_the_same_work(cheap, stored):
    noting = Noting(time_cost=2, memory_cost=32, parallelism=1)
    of_noting = Passwords(noting, cheap._semaphore)

    assert not of_noting.matches("correct horse battery", stored)
    assert not of_noting.matches("correct horse battery", noting.hash("another"))
    assert noting.checked == ["m=32,t=2,p=1"] * 2


def test_a_hash_is_renewed_only_when_its_cost_is_of_the_past(cheap, make_settings):
    stored = cheap.hash("correct horse battery")

    assert cheap.renewed("correct horse battery", stored) is None
    assert f"m={MEMORY_KIB}" in Passwords.of(make_settings()).renewed("correct horse battery", stored)


def test_who_waits_in_vain_is_told_when_to_come_again(tmp_path, cheap):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "password-0.lock"], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(Unavailable) as refusal:
        cheap.hash("correct horse battery")
    holder.communicate(b"\n")

    assert refusal.value.extras == {"retry_after_s": passwords.RETRY_AFTER_S}
    assert cheap.hash("correct horse battery")


@pytest.mark.parametrize(
    "password", ["password", "PASSWORD1", "12345678", "aaaaaaaaaa", "abababab", "ada@example.org", "Ada  Lovelace"]
)
def test_what_is_guessed_first_is_weak(password):
    assert weakness_of(password, "ada@example.org", "Ada Lovelace")


@pytest.mark.parametrize("password", ["correct horse battery", "Ada Lovelace 1815", "x7#kP2mQ", "password of ada"])
def test_other_passwords_are_not(password):
    assert weakness_of(password, "ada@example.org", "Ada Lovelace") is None


def test_every_common_password_is_long_enough_to_be_tried():
    assert [each for each in passwords._common() if len(each) < passwords.MIN_LENGTH] == []
