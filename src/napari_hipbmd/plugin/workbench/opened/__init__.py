"""What is open: a study and somebody's queue in it, films read ahead, conflicts."""
