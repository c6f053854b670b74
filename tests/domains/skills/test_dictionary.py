"""Dictionary files: cleaned, joined, and stored once."""

from __future__ import annotations

import gzip
import io

import pytest
from sqlalchemy import select

from talentsphere.domains.skills.ambiguity import Usage, ambiguous
from talentsphere.domains.skills.dictionary import BadDictionary, SkillFile, plausible_aliases, read_dictionary
from talentsphere.domains.skills.models import Dictionary, Skill, SkillName
from talentsphere.domains.skills.queries import dictionary_version
from talentsphere.domains.skills.store import import_dictionary, load_extractor

HEADER = "skill,aliases,types,sources,category,hot_technology,code\n"
CONTENT = HEADER + "Kotlin,kt,language,linguist,,,\ncarpentry,,skill,esco,,,\n"


def read(content: str) -> SkillFile:
    return read_dictionary(io.BytesIO(content.encode()))


def entry(content: str, name: str):
    return next(each for each in read(HEADER + content).entries if each.name == name)


def test_aliases_of_another_skill_are_left_out():
    shifted = "communication,Macedonian|competent in Macedonian,skill,esco,,,http://data.europa.eu/esco/skill/1\n"

    assert entry(shifted, "communication").aliases == []
    assert entry(shifted, "communication").code is None
    assert read(HEADER + shifted).dropped_aliases == 2


def test_aliases_that_say_the_same_are_kept():
    assert plausible_aliases("install heat pump", ["installing heat pumps", "fry fish", "ihp"]) == [
        "installing heat pumps",
        "ihp",
    ]


def test_acronyms_behind_a_name_become_names():
    name = "Geographic information system GIS software"

    assert entry(f"{name},,technology,onet,,,\n", name).aliases == ["GIS", "Geographic information system"]
    assert entry("Alteryx ABC,,technology,onet,,,\n", "Alteryx ABC").aliases == []


def test_everyday_names_join_the_published_ones():
    sql = entry("SQL,,skill,esco,,,\nStructured query language SQL,,technology,onet,,,\n", "SQL")

    assert "Structured query language SQL" in sql.aliases
    assert sql.kind == "language"


def test_explanations_in_brackets_are_no_part_of_a_name():
    python = entry("Python,python3,language,linguist,,,\nPython (computer programming),,skill,esco,,,\n", "Python")

    assert python.kind == "language"
    assert "python3" in python.aliases


@pytest.mark.parametrize("content", [b"name\nPython\n", b"skill\ncaf\xe9\n", b"\x1f\x8bnonsense", b""])
def test_what_is_no_dictionary_is_refused(content):
    with pytest.raises(BadDictionary):
        read_dictionary(io.BytesIO(content))


def test_import_stores_names_and_repeats_change_nothing(app, database):
    with app.app_context():
        first = import_dictionary(io.BytesIO(gzip.compress(CONTENT.encode())))
        with database.reading() as session:
            version = dictionary_version(session)
        second = import_dictionary(io.BytesIO(CONTENT.encode()))

    assert (first.added, second.added, second.updated) == (first.read, 0, 0)
    with database.reading() as session:
        kotlin = session.scalars(select(Skill).where(Skill.name == "Kotlin")).one()
        names = session.execute(
            select(SkillName.name_key, SkillName.alias).where(SkillName.skill_id == kotlin.id)
        ).all()
        assert {tuple(name) for name in names} == {("kotlin", None), ("kt", "kt")}
        assert dictionary_version(session) == version is not None


def test_a_new_alias_is_an_update_with_a_new_version(app, database):
    with app.app_context():
        import_dictionary(io.BytesIO(CONTENT.encode()))
        with database.reading() as session:
            before = session.scalars(select(Dictionary.version)).one()
        summary = import_dictionary(io.BytesIO(CONTENT.replace(",kt,", ",kt|Kotlin/JVM,").encode()))

    assert (summary.added, summary.updated) == (0, 1)
    with database.reading() as session:
        assert session.scalars(select(Dictionary.version)).one() != before
        extractor, _ = load_extractor(session)
    assert [found.skill_id for found in extractor.find("We like Kotlin/JVM")] == [extractor.skill_named("kotlin")]


def test_ordinary_words_are_found_by_their_use():
    usage = Usage()
    usage.written.update({"Go": 50, "go": 90, "Python": 100, "python": 9, "Cool": 30, "cool": 1})
    usage.listed.update({"Go": 40, "go": 1, "Python": 80, "python": 5, "Cool": 1})

    names = ["Go", "Python", "Cool", "R", "BookFresh", "Dig"]
    assert [name for name in names if ambiguous(name, "technology", usage)] == ["Go", "Cool", "R", "Dig"]
    assert not ambiguous("carpentry", "skill", usage)
