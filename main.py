"""Fall Line's front door: makes sure of the environment, then hands over to the command line.

It also has to speak to Pythons that are too old, so it holds to the syntax of Python 3.7.
"""

from __future__ import annotations

import sys

from app.launch import bootstrap
from app.launch.environment import TEST, SetupError
from app.launch.exit_status import refuse


def main() -> int:
    """Run the command line in the project's own environment, which the first start makes."""
    arguments = sys.argv[1:]
    try:
        bootstrap.enter(arguments)
        if arguments[:1] == [TEST]:
            from app.commands import test

            return test.main(arguments[1:])
        try:
            from app.commands import cli
        except ModuleNotFoundError as missing:
            raise bootstrap.damage(missing) from None
    except SetupError as problem:
        return refuse(str(problem), problem.status)
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
