"""A model of the cache protocol, searched exhaustively: every interleaving of a small cast.

One tag, one key. Writers take a stamp, raise the word, commit, acknowledge; each may crash or roll back on the way.
Readers look, take a horizon, read, store. The table may be lost, is made again and activated. A state is a tuple, so
that sets hold it. A reader that began after a write was acknowledged and is given a body without it is a violation.

``Rules`` says how the parts behave: the defaults are the product's, every other value is a negative control.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Rules:
    """The protocol (by default), or one that is broken in one place."""

    writers: int = 2
    readers: int = 2
    losses: int = 0
    """How often the table may be lost."""
    crashes: bool = True
    flying: bool = False
    """All writers have their stamps when the search begins."""
    raises: str = "before"
    """"before" the commit, or "after" it."""
    horizon: str = "before"
    """"before" the data, or "after" it."""
    bound: str = "xmin"
    """What a horizon is: the lowest undecided stamp ("xmin"), or one above all that were given ("next")."""
    maximum: bool = True
    locked: bool = True
    new_table: str = "pending"
    """"pending", or "zeros": usable at once."""
    asks: str = "after"
    """A new table's stamp is asked "after" it exists, or "before"."""
    base: str = "own"
    """An id of one's own ("own"), or one above the highest that has ended ("ended": pg_snapshot_xmax)."""
    snapshot: str = "new"
    """A table from an old snapshot is a "new" one, or is "taken" for the table."""
    reads: str = "primary"
    """"primary"; "replica" with its own horizon; "lagging": a replica's data with the primary's horizon."""
    batch: str = "own"
    """A hit judges by a look-up that was sent after it began ("own"), or by one that was under way ("joined")."""
    notes: str = ""
    """Whoever wrote notes a horizon after the commit, as its snapshot tells it ("snapshot"). Broken: one above its own
    stamp ("own"), or before the commit ("early")."""
    restarts: int = 0
    """How often the database may be killed: stamps that nothing committed has are then given anew."""
    notices: bool = True
    """The instance tells that it was."""
    scheme: str = "stamps"
    """"stamps"; or "delete-before", "delete-after", "generation": what others do."""


class Writer(NamedTuple):
    """``at``: idle, begun, read (the word, without a lock), raised, committed, acknowledged, over."""

    at: str = "idle"
    stamp: int = 0
    seen: int = 0
    """The word, as one without a lock has read it."""
    after: int = 0
    """The horizon that it will note."""


class Reader(NamedTuple):
    """``at``: idle, begun, missed, bounded (has a horizon), full (has data), over."""

    at: str = "idle"
    owed: int = 0
    """The writes that were acknowledged when it began."""
    epoch: int = 0
    horizon: int = 0
    mask: int = 0
    known: int = 0
    """The noted horizon that its look saw."""
    instance: int = 0
    """Of the table that it saw."""


class Table(NamedTuple):
    epoch: int
    pending: bool
    base: int
    word: int
    known: int = 0
    instance: int = 1


class Body(NamedTuple):
    mask: int
    horizon: int
    epoch: int


class State(NamedTuple):
    writers: tuple[Writer, ...]
    readers: tuple[Reader, ...]
    table: Table | None
    old: Table | None
    """What a snapshot file of the table holds."""
    body: Body | None
    next_stamp: int
    ended: int
    """One above the highest stamp that has ended."""
    committed: int
    acknowledged: int
    replica: tuple[int, int]
    """The writes that the replica has, and the horizon of its snapshots."""
    losses: int
    epochs: int
    asked: tuple[int, int, int]
    """(epoch, stamp, instance) of an activation under way."""
    batched: Table | None
    """What a look-up that is under way will answer."""
    generation: int
    instance: int = 1
    """Of the database: another one since each restart."""


class Violation(Exception):
    """A reader was given less than what was acknowledged before it began."""


def start(rules: Rules) -> State:
    table = Table(1, False, 0, 0)
    writers = tuple(Writer("begun", n + 1) if rules.flying else Writer() for n in range(rules.writers))
    following = rules.writers + 1 if rules.flying else 1
    return State(
        writers, (Reader(),) * rules.readers, table, None, None, following, 1, 0, 0, (0, 1), 0, 1, (0, 0, 0), None, 0
    )


def search(rules: Rules, limit: int = 5_000_000, *, deep: bool = False) -> int:
    """Return how many states there are; raise ``Violation`` when one is wrong. ``deep`` finds one sooner."""
    first = start(rules)
    seen, queue = {first}, deque([first])
    following = queue.pop if deep else queue.popleft
    while queue:
        for state in _moves(following(), rules):
            if state not in seen:
                seen.add(state)
                queue.append(state)
        if len(seen) > limit:
            raise RuntimeError(f"more than {limit} states")
    return len(seen)


def _moves(state: State, rules: Rules) -> Iterator[State]:
    for index in range(rules.writers):
        yield from _writes(state, index, rules)
    for index in range(rules.readers):
        yield from _reads(state, index, rules)
    if rules.losses or rules.restarts:
        yield from _tables(state, rules)
    if state.instance <= rules.restarts:
        yield _restarted(state)
    if rules.reads != "primary" and state.replica != (state.committed, _undecided(state)):
        yield state._replace(replica=(state.committed, _undecided(state)))
    if rules.batch == "joined" and state.batched != state.table:
        yield state._replace(batched=state.table)


def _undecided(state: State) -> int:
    """Return the horizon: the lowest stamp in flight, or the next one."""
    flying = [w.stamp for w in state.writers if _is_running(w)]
    return min(flying, default=state.next_stamp)


# --- writers ---


def _writes(state: State, index: int, rules: Rules) -> Iterator[State]:
    writer = state.writers[index]
    bit = 1 << index

    def become(at: str, **more: int) -> State:
        writers = list(state.writers)
        writers[index] = writer._replace(at=at, **more)
        return state._replace(writers=tuple(writers))

    def ended(found: State) -> State:
        return found._replace(ended=max(found.ended, writer.stamp + 1))

    if writer.at == "idle":
        yield become("begun", stamp=state.next_stamp)._replace(next_stamp=state.next_stamp + 1)
    elif writer.at == "begun":
        if rules.scheme == "delete-before":
            yield become("raised")._replace(body=None)
        elif rules.scheme != "stamps" or rules.raises == "after":
            yield become("raised")
        elif not rules.locked:
            yield become("read", seen=state.table.word if state.table else 0)
        else:
            made = _raised(become("raised", after=_after(state, index, rules)), writer.stamp, rules)
            yield _noted(made, made.writers[index].after) if rules.notes == "early" else made
    elif writer.at == "read":
        yield _raised(become("raised"), writer.stamp, rules, seen=writer.seen)
    elif writer.at == "raised":
        yield ended(become("committed"))._replace(committed=state.committed | bit)
    elif writer.at in ("committed", "noted"):
        if rules.notes and writer.at == "committed":
            yield _noted(become("noted"), writer.after)
        done = become("over")._replace(acknowledged=state.acknowledged | bit)
        if rules.scheme == "delete-after":
            done = done._replace(body=None)
        elif rules.scheme == "generation":
            done = done._replace(generation=state.generation + 1)
        elif rules.raises == "after":
            done = _raised(done, writer.stamp, rules)
        yield done
    if rules.crashes and writer.at in ("begun", "raised"):
        yield ended(become("over"))
    if rules.crashes and writer.at == "committed":
        # Its client asks what became of it and sees the effect: that is an acknowledgement too.
        yield become("over")._replace(acknowledged=state.acknowledged | bit)


def _after(state: State, index: int, rules: Rules) -> int:
    """Return the horizon of what is read after the commit of a writer, as its snapshot tells: others may be running."""
    own = state.writers[index].stamp
    if rules.notes == "own":
        return own + 1
    running = [w.stamp for w in state.writers if w.stamp < state.ended and _is_running(w) and w.stamp != own]
    first = min(running, default=state.ended)
    return first + 1 if first == own else first


def _noted(state: State, horizon: int) -> State:
    if state.table is None or state.table.pending or state.table.instance != state.instance:
        return state
    return state._replace(table=state.table._replace(known=max(state.table.known, horizon)))


def _is_running(writer: Writer) -> bool:
    return bool(writer.stamp) and writer.at in ("begun", "read", "raised")


def _restarted(state: State) -> State:
    """Kill the database: who was writing is over, and what left nothing on the disk never was."""
    kept = [w.stamp for n, w in enumerate(state.writers) if state.committed >> n & 1]
    following = max(kept, default=0) + 1
    writers = tuple(w if w.at == "idle" else w._replace(at="over") for w in state.writers)
    return state._replace(
        writers=writers, next_stamp=following, ended=following, acknowledged=state.committed,
        instance=state.instance + 1,
    )  # fmt: skip


def _raised(state: State, stamp: int, rules: Rules, seen: int | None = None) -> State:
    if state.table is None:
        return state
    if rules.notices and state.table.instance not in (0, state.instance):
        state = state._replace(table=Table(state.epochs + 1, True, 0, 0, 0, 0), epochs=state.epochs + 1)
        assert state.table is not None
    before = state.table.word if seen is None else seen
    word = max(before, stamp) if rules.maximum else stamp
    return state._replace(table=state.table._replace(word=word))


# --- readers ---


def _reads(state: State, index: int, rules: Rules) -> Iterator[State]:
    reader = state.readers[index]

    def become(at: str, **more: int) -> State:
        readers = list(state.readers)
        readers[index] = reader._replace(at=at, **more)
        return state._replace(readers=tuple(readers))

    if reader.at == "idle":
        yield become("begun", owed=state.acknowledged)
    elif reader.at == "begun":
        yield from _looks(state, reader, become, rules)
    elif reader.at == "missed":
        if reader.known:
            yield become("bounded", horizon=reader.known)
        if rules.horizon == "before":
            is_noticed = rules.notices and reader.instance != state.instance
            yield become("bounded", horizon=_horizon(state, rules), epoch=0 if is_noticed else reader.epoch)
        else:
            yield become("bounded", mask=_data(state, rules))
    elif reader.at == "bounded":
        if rules.horizon == "before":
            yield become("full", mask=_data(state, rules))
        else:
            yield become("full", horizon=_horizon(state, rules))
    elif reader.at == "full":
        kept = become("over")
        if reader.epoch:
            kept = kept._replace(body=Body(reader.mask, reader.horizon, reader.epoch))
        yield kept


def _looks(state: State, reader: Reader, become, rules: Rules) -> Iterator[State]:
    table = state.batched if rules.batch == "joined" else state.table
    if state.body is not None and _is_hit(state, table, rules):
        if reader.owed & ~state.body.mask:
            raise Violation(f"a body with {state.body.mask:b} where {reader.owed:b} was owed, in {rules}")
        yield become("over")
        return
    if rules.scheme == "generation":
        yield become("missed", epoch=1 + state.generation, instance=state.instance)
    elif rules.scheme != "stamps":
        yield become("missed", epoch=1, instance=state.instance)
    else:
        seen = state.table if state.table is not None and not state.table.pending else None
        if seen is None:
            yield become("missed", instance=state.instance)
        else:
            yield become("missed", epoch=seen.epoch, known=seen.known, instance=seen.instance)


def _is_hit(state: State, table: Table | None, rules: Rules) -> bool:
    body = state.body
    assert body is not None
    if rules.scheme == "generation":
        return body.epoch == 1 + state.generation
    if rules.scheme != "stamps":
        return True
    if table is None or table.pending or table.epoch != body.epoch:
        return False
    return max(table.word, table.base) < body.horizon


def _horizon(state: State, rules: Rules) -> int:
    if rules.reads == "replica":
        return state.replica[1]
    return _undecided(state) if rules.bound == "xmin" else state.next_stamp


def _data(state: State, rules: Rules) -> int:
    return state.committed if rules.reads == "primary" else state.replica[0]


# --- the table ---


def _tables(state: State, rules: Rules) -> Iterator[State]:
    if state.table is not None and state.losses < rules.losses:
        yield state._replace(table=None, losses=state.losses + 1, asked=(0, 0, 0))
        if rules.snapshot == "taken" and state.old is not None:
            yield state._replace(table=state.old, losses=state.losses + 1)
    if rules.snapshot == "taken" and state.table is not None and state.old != state.table:
        yield state._replace(old=state.table)
    if state.table is None:
        yield from _makes(state, rules)
    elif state.table.pending:
        if state.asked[0] == state.table.epoch:
            base = max(state.table.base, state.asked[1])
            used = state.table._replace(pending=False, base=base, instance=state.asked[2])
            yield state._replace(table=used, asked=(0, 0, 0))
        else:
            yield _ask(state, state.table.epoch, rules)


def _makes(state: State, rules: Rules) -> Iterator[State]:
    epoch = state.epochs + 1
    if rules.asks == "before" and state.asked[0] != epoch:
        yield _ask(state, epoch, rules)
        return
    # Zeros for the table that was: who takes a lost table for one that holds nothing keeps its bodies too.
    made = Table(1, False, 0, 0) if rules.new_table == "zeros" else Table(epoch, True, 0, 0, 0, 0)
    yield state._replace(table=made, epochs=epoch)


def _ask(state: State, epoch: int, rules: Rules) -> State:
    if rules.base == "ended":
        return state._replace(asked=(epoch, state.ended, state.instance))
    own = state.next_stamp
    return state._replace(asked=(epoch, own, state.instance), next_stamp=own + 1, ended=max(state.ended, own + 1))
