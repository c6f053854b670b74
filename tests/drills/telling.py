"""The product, which names its process on every answer."""

import os

from talentsphere.app import create_app
from talentsphere.settings import Settings

app = create_app(Settings.from_env())


@app.after_request
def tell(response):
    response.headers["X-Worker"] = str(os.getpid())
    return response
