"""Tasks, as those who caused them ask how they are."""
