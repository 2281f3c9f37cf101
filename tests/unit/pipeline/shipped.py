"""Where the rules lie that pipeline ships with."""

from pathlib import Path

import services.pipeline

SHIPPED = Path(str(services.pipeline.__file__)).parent / "rules"
