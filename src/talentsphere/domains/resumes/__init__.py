"""Resumes: what an application may refer to."""
