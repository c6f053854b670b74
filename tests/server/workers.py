"""Our worker with other times: short ones for tests, and wrong ones as negative controls."""

from typing import ClassVar

from talentsphere.server.worker import Worker


class Hasty(Worker):
    """Recycles as soon as its requests are spent."""

    LEAVING: ClassVar = {"min_age_s": 0.0}


class ClosesIdleAtOnce(Worker):
    """Control: closes idle connections when it drains."""

    LEAVING: ClassVar = {"min_age_s": 0.0, "drain_idle_s": 0.0}


class HasNoGrace(Worker):
    """Control: leaves before its requests are answered."""

    LEAVING: ClassVar = {"min_age_s": 0.0, "grace_s": 0.1}


class EnablesFaulthandlerEarly(Worker):
    """Control: the reset of the signals undoes it."""

    def init_signals(self):
        import faulthandler

        faulthandler.enable()
        super(Worker, self).init_signals()
        faulthandler.enable()
