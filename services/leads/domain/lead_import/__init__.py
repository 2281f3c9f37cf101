"""Lists of leads as people write them: which headings, and how amounts, dates and urgency look."""
