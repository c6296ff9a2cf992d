"""Programs that are one loop with changing state, found by what their states pass through.

search.loops()    the method
"""
