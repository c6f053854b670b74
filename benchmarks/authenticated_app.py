"""The product, whose public reads also stand below ``/signed-in``, where they need a caller."""

import functools

from talentsphere.api.auth import allow
from talentsphere.app import create_app
from talentsphere.settings import Settings

READS = {"jobs_v2.list_jobs": "/api/v2/jobs", "jobs_v2.get_job": "/api/v2/jobs/<reference>"}

app = create_app(Settings.from_env())


def needing_a_caller(view):
    @functools.wraps(view)
    def signed_in(*args, **kwargs):
        return view(*args, **kwargs)

    signed_in.is_open = signed_in.is_public = False
    return allow("account.read")(signed_in)


for endpoint, rule in READS.items():
    app.add_url_rule(f"/signed-in{rule}", f"signed-in {endpoint}", needing_a_caller(app.view_functions[endpoint]))
