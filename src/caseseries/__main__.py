"""`python -m caseseries` is `caseseries`."""

from caseseries.cli import main

raise SystemExit(main())
