"""The story that `make demo` plays: the main job of Zenne, through the public doors only."""
