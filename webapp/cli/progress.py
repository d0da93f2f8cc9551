"""A progress bar on standard error for use cases that report (done, total)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def progress_bar(words: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Yield the function to report to; the bar shows rate and time left."""
    with tqdm(desc=words, unit=unit, dynamic_ncols=True) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report
