"""Fair comparison: the same tasks, budgets and seeds for every method, recorded and judged.

    plan --freeze--> jobs --run--> records --report, compare--> tables and plots

A job is a task, a method and a seed. It is searched for in a process of its own that is not
given the task's test examples; these are opened once, in another process, on the one program
that was returned.
"""
