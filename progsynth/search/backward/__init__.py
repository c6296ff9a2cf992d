"""Programs found from their outputs backwards: taken apart, decided, put together.

hook.Backward    what a bottom-up search asks at each level
"""
