"""What holds for every test: examples are searched for as long as a busy machine takes."""

from hypothesis import HealthCheck, settings

usual = settings()
settings.register_profile(
    "unhurried",
    parent=usual,
    deadline=None,
    suppress_health_check=[*usual.suppress_health_check, HealthCheck.too_slow],
)
settings.load_profile("unhurried")
