"""Reading postings from files: read, normalise, then add or update by (source, external_id).

The way of a row: ``lines`` -> ``readers`` (a ``Record``) -> ``identity`` (whose it is, its content hash) ->
``normalise`` (a ``Posting`` or a ``Refused``) -> ``store``. Everything before ``store`` is pure.
"""
