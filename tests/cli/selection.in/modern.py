from typing_extensions import Self

lines = [point._replace(y=0) for point in []]


def own(self) -> Self:
    return self
