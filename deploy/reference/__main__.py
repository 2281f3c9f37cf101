"""`python -m deploy.reference`: write the pages of `docs/reference`."""

from deploy.reference.pages import FOLDER, pages


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
