"""``talentsphere worker`` with one more kind of task."""

from tests.server.chaos import DONE, KIND, leave

from talentsphere.cli import main
from talentsphere.domains.handlers import HANDLERS
from talentsphere.tasks.handlers import Inside

HANDLERS[KIND] = Inside(lambda session, args: leave(session, DONE, args["n"]))

if __name__ == "__main__":
    main(["worker", "--lease-s", "3"])
