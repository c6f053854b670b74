"""Work that happens later: rows written with what causes them, and a process that works them off."""
