"""Applications: sent once, moved through the stages of a job, never lost."""
