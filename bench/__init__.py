"""How fast it is here: rows of services under load, each beside a floor of raw inserts measured in the same run."""
