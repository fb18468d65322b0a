"""One profile of hypothesis for the whole suite: a busy machine is no fault, so no example has a deadline."""

from hypothesis import settings

settings.register_profile("cec", deadline=None)
settings.load_profile("cec")
