"""Bringing files in (导入): reading CSV and XLSX, guessing columns, taking rows in batches that survive a kill."""
