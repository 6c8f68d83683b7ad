"""``python -m vsexplorer``."""

from vsexplorer.cli.main import main

if __name__ == "__main__":
    main()
