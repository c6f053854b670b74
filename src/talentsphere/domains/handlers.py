"""Everything that happens later, at a glance: what each kind of task does, and what is done by the clock."""

from __future__ import annotations

from talentsphere.domains.applications import tasks as applications
from talentsphere.domains.applications.pipeline import REJECTED
from talentsphere.domains.jobs import tasks as jobs
from talentsphere.domains.jobs.search import upkeep as job_search
from talentsphere.domains.jobs.timing import next_expiry, next_publication
from talentsphere.domains.mail import tasks as mail
from talentsphere.domains.mail.queries import SEND
from talentsphere.domains.suggestions import tasks as suggestions
from talentsphere.domains.upkeep import tasks as upkeep
from talentsphere.tasks.handlers import Handler, Inside, Outside
from talentsphere.tasks.models import NORMAL
from talentsphere.tasks.schedules import DAY, HOUR, MINUTE, Every

ANALYZE = "database.analyze"

HANDLERS: dict[str, Handler] = {
    SEND: Outside(mail.send_mail),
    jobs.PUBLISH: Inside(jobs.publish_due_jobs),
    jobs.EXPIRE: Inside(jobs.expire_due_jobs),
    suggestions.FOLD: Inside(suggestions.fold),
    suggestions.WALK: Inside(suggestions.walk),
    suggestions.SWEEP: Inside(suggestions.clean),
    job_search.MERGE: Inside(job_search.merge),
    REJECTED: Inside(applications.finish_rejection),
    ANALYZE: Outside(upkeep.analyze),
    **{kind: upkeep.pruning(kind, prune) for kind, prune in upkeep.PRUNING.items()},
}
SCHEDULES = (
    Every(jobs.PUBLISH, MINUTE, NORMAL, next_publication),
    Every(jobs.EXPIRE, MINUTE, NORMAL, next_expiry),
    Every(suggestions.FOLD, suggestions.EVERY_S, NORMAL),
    Every(suggestions.SWEEP, HOUR),
    Every(job_search.MERGE, MINUTE, work_at=job_search.merge_due),
    Every("idempotency.prune", HOUR),
    Every("sessions.prune", HOUR),
    Every("tasks.prune", HOUR),
    Every("events.prune", HOUR),
    Every("activity.prune", DAY),
    Every("mail.prune", DAY),
    Every(ANALYZE, DAY),
)
