"""Formulas and numbers as people write them: read, evaluated and typeset."""
