"""Several charts side by side: what each shows, and what they share."""
