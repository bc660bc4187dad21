"""Judgement of programs that users wrote themselves, near a point of theirs."""
