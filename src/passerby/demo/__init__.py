"""The demo junction: a recorded quarter of an hour and the site that was worked out from it."""
