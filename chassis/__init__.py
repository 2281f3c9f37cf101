"""How any process of the product runs; knows no business."""
