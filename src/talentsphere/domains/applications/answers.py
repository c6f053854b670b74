"""What a candidate answered, checked against what the job asks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from talentsphere.domains.jobs.asking import MAX_NUMBER, Question
from talentsphere.errors import InvalidInput

SHORT, LONG = 500, 5000
Answer = dict[str, Any]


def checked_answers(questions: Sequence[Question] | None, given: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Return the answers in the order of the questions, each with its question as it is now.

    Raises ``InvalidInput`` that names each question which is not answered as it asks.
    """
    asked = {question["id"]: question for question in questions or ()}
    places = {each["question_id"]: place for place, each in enumerate(given)}
    errors = [
        {"pointer": f"#/answers/{place}/question_id", "detail": _stranger(each, place, asked, places)}
        for place, each in enumerate(given)
        if each["question_id"] not in asked or places[each["question_id"]] != place
    ]
    answers = {each["question_id"]: each["answer"] for each in given}
    for id_, question in asked.items():
        detail = _fault(question, answers.get(id_))
        if detail:
            pointer = f"#/answers/{places[id_]}/answer" if id_ in places else "#/answers"
            errors.append({"pointer": pointer, "detail": f"question {id_} ({question['question']}) {detail}"})
    if errors:
        raise InvalidInput(f"{errors[0]['pointer']}: {errors[0]['detail']}", errors=errors)
    return [
        {"question_id": id_, "question": each["question"], "kind": each["kind"], "answer": answers[id_]}
        for id_, each in asked.items()
        if answers.get(id_) is not None
    ]


def is_knocked_out(questions: Sequence[Question] | None, answers: Sequence[Answer]) -> bool:
    """Tell whether a given answer is not one that its question accepts."""
    given = {each["question_id"]: each["answer"] for each in answers}
    return any(
        not _is_accepted(question["knock_out"], given[question["id"]])
        for question in questions or ()
        if question.get("knock_out") and question["id"] in given
    )


def _stranger(each: Mapping[str, Any], place: int, asked: Any, places: Mapping[int, int]) -> str:
    if each["question_id"] not in asked:
        return f"the job asks no question {each['question_id']}"
    return f"question {each['question_id']} is answered again at {places[each['question_id']]}, not only at {place}"


def _fault(question: Question, answer: Any) -> str | None:
    """Return what is wrong with the answer, or nothing."""
    is_missing = answer is None or answer in ("", []) or (question["kind"] == "consent" and answer is False)
    if is_missing:
        wanted = "must be agreed to" if question["kind"] == "consent" else "must be answered"
        return wanted if question["required"] else None
    return _CHECKS[question["kind"]](question, answer)


def _text(longest: int) -> Callable[[Question, Any], str | None]:
    def check(question: Question, answer: Any) -> str | None:
        if isinstance(answer, str) and len(answer) <= longest and (answer.strip() or not question["required"]):
            return None
        return f"wants a text of at most {longest} characters"

    return check


def _truth(_question: Question, answer: Any) -> str | None:
    return None if isinstance(answer, bool) else "wants true or false"


def _number(_question: Question, answer: Any) -> str | None:
    is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
    return None if is_number and math.isfinite(answer) and abs(answer) <= MAX_NUMBER else "wants a number"


def _date(_question: Question, answer: Any) -> str | None:
    try:
        date.fromisoformat(answer if len(answer) == 10 else "")
    except (TypeError, ValueError):
        return "wants a day, such as 2026-01-31"
    return None


def _choice(question: Question, answer: Any) -> str | None:
    return None if answer in question["options"] else f"wants one of {', '.join(question['options'])}"


def _choices(question: Question, answer: Any) -> str | None:
    is_right = isinstance(answer, list) and all(isinstance(each, str) for each in answer)
    if is_right and set(answer) <= set(question["options"]) and len(set(answer)) == len(answer):
        return None
    return f"wants a list of some of {', '.join(question['options'])}"


_CHECKS: dict[str, Callable[[Question, Any], str | None]] = {
    "text": _text(SHORT),
    "long_text": _text(LONG),
    "yes_no": _truth,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "consent": _truth,
}


def _is_accepted(rule: Mapping[str, Any], answer: Any) -> bool:
    if "accepts" in rule:
        said = {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else answer
        return said in rule["accepts"]
    return bool(rule.get("min", -math.inf) <= answer <= rule.get("max", math.inf))
