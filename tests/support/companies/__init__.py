"""A stock of leads of made-up firms, with the truth about which are one customer (查重样本)."""
