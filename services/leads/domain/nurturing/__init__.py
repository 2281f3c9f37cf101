"""Nurturing (培育): leads that are not ready yet get content by mail, step by step, as long as they agree to it."""
