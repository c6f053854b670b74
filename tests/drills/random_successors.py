"""The control of RX5: whoever refreshes gets a token of their own."""

from talentsphere.domains.accounts import signing_in

signing_in.successors = lambda _token, _keys: [signing_in.new_refresh_token()]

from talentsphere.wsgi import app  # noqa: E402, F401
