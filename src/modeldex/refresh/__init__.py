"""The control loop: ask, decode, guard, remember, build, publish, tell."""
