"""From HTTP and JSON to the contracts' calls and back, by the descriptors alone: no route is written by hand."""
