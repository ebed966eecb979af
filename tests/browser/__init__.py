"""Zenne in a real browser, as people use it: the story of the thread, every page, and what a task costs in clicks."""
