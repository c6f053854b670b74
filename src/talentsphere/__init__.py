"""TalentSphere: a self-hosted hiring-platform backend."""

__version__ = "0.1.0"
