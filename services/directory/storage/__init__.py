"""The tables of the directory and the statements over them; one module per aggregate."""
