"""What the processes of one host share: counters, words and locks in files of ``TALENTSPHERE_HOME``."""
