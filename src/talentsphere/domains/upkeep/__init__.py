"""What keeps the tables small and their plans right, by the clock."""
