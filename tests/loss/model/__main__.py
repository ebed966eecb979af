"""Prove the custody protocol: `make model`. Prints what was searched, and how each mistake is found out.

`--everything` searches two larger worlds too, in which all that may happen may happen together.
"""

import concurrent.futures
import os
import sys
import time

from tests.loss.model import worlds
from tests.loss.model.mistakes import ALL_MISTAKES
from tests.loss.model.rules import Rules
from tests.loss.model.search import Result, Search, Violation


def search_world(number: int) -> Result:
    """Return the result of one world by the real rules."""
    return Search((*worlds.WORLDS, *worlds.EVERYTHING)[number]).run()


def search_mistake(number: int) -> Result:
    """Return the result of one mistake: it ends with the first promise that breaks."""
    mistake = ALL_MISTAKES[number]
    rules = Rules()
    mistake.patch(rules)
    return Search(mistake.world, rules).run(first_only=True)


def _print_trace(violation: Violation) -> None:
    for n, step in enumerate(violation.steps, 1):
        print(f"      {n:2}. {step}")
    print(f"      => {violation.promise}: {violation.what}\n")


def _print_worlds(results: list[Result]) -> int:
    print(f"{'world':32}{'states':>10}{'transitions':>13}{'quiet ends':>12}{'seconds':>9}{'violations':>12}")
    for r in results:
        row = f"{r.states:>10,}{r.transitions:>13,}{r.quiet:>12,}{r.seconds:>9.1f}{len(r.violations):>12}"
        print(f"{r.world.name:32}{row}")
    total = sum(r.states for r in results), sum(r.transitions for r in results), sum(r.quiet for r in results)
    broken = [violation for r in results for violation in r.violations]
    print(f"{'all':32}{total[0]:>10,}{total[1]:>13,}{total[2]:>12,}{'':>9}{len(broken):>12}\n")
    for violation in broken:
        _print_trace(violation)
    return len(broken)


def _print_mistakes(results: list[Result]) -> int:
    survivors = 0
    table = []
    for mistake, r in zip(ALL_MISTAKES, results, strict=True):
        killed = r.violations and r.violations[0].promise in mistake.breaks
        survivors += not killed
        verdict = f"{r.violations[0].promise:8}{len(r.violations[0].steps):>6}" if killed else "SURVIVED"
        table.append(f"{mistake.name:42}{verdict:14}{r.states:>10,}   {mistake.changes}")
        print(f"   {mistake.name}: {mistake.changes}")
        for violation in r.violations[:1]:
            _print_trace(violation)
    print(f"{'mistake':42}{'breaks':8}{'steps':>6}{'states':>10}   what it changes")
    print("\n".join(table))
    print(f"\n{len(table) - survivors} of {len(table)} mistakes found out\n")
    return survivors


def main() -> int:
    """Return 0 when every promise holds and every mistake is found out."""
    began = time.perf_counter()
    count = len(worlds.WORLDS) + (len(worlds.EVERYTHING) if "--everything" in sys.argv else 0)
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        proofs = pool.map(search_world, range(count))
        mistakes = pool.map(search_mistake, range(len(ALL_MISTAKES)))
        survivors = _print_mistakes(list(mistakes))
        broken = _print_worlds(list(proofs))
    print(f"{time.perf_counter() - began:.0f} seconds, {broken} violations, {survivors} mistakes survive")
    return int(bool(broken or survivors))


if __name__ == "__main__":
    sys.exit(main())
