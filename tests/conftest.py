"""What every test finds: Hypothesis without a stopwatch, since a shared machine is sometimes slow."""

from hypothesis import settings

settings.register_profile("gate", deadline=None, print_blob=True)
settings.load_profile("gate")
