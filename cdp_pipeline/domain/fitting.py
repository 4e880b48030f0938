"""What the fits of all models share: how they say that there is nothing to fit."""


class NotFitted(Exception):
    """Too little is known to fit a model, or there is nothing to tell apart; the message says what."""
