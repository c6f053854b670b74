"""What a search box offers while one types: titles, skills, companies, places; and what a mistyped word meant."""
