"""The running number per person: what makes a record of provisions provably complete.

Every event about a person carries the next number for that person, from 1 on, in the order of the log.
Whoever leaves an event out of a report leaves a hole; whoever numbers two events alike is caught by anyone
who verifies the whole log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from audit.body import About


def next_numbers(person_ids: Iterable[str], last: Mapping[str, int]) -> tuple[int, ...]:
    """The numbers for an event about these persons, in their order. `last` holds the last number given to
    each.

    The caller holds the lock that keeps a person's events in the order of the log (they share one case).
    """
    return tuple(last.get(person_id, 0) + 1 for person_id in person_ids)


@dataclass(slots=True)
class SequenceCheck:
    """Follows a log from its first leaf and says where a person's numbers do not follow on each other.

    An erased leaf may have carried a number of anyone, so a hole is excused by as many erased leaves as it is
    wide, and by no more. Memory grows with the number of persons.
    """

    persons: dict[str, tuple[int, int]] = field(
        default_factory=dict
    )  # last number, erased leaves seen by then
    erased: int = 0
    unread: bool = False  # after an unreadable leaf no hole can be judged

    def erased_leaf(self) -> None:
        self.erased += 1

    def unreadable_leaf(self) -> None:
        self.unread = True

    def events(self, about: About) -> list[str]:
        """What is wrong with the numbers of this event, as sentences; empty when nothing is."""
        pairs = zip(about.person_ids, about.numbers, strict=True)
        return [problem for person, number in pairs if (problem := self._event(person, number))]

    def _event(self, person: str, number: int) -> str | None:
        last, erased_then = self.persons.get(person, (0, 0))
        self.persons[person] = (max(number, last), self.erased)
        if number <= last:
            return f"volgnummer {number} van persoon {person} komt na volgnummer {last}"
        lost = number - last - 1
        if lost > self.erased - erased_then and not self.unread:
            return f"van persoon {person} ontbreken {lost} gebeurtenissen vóór volgnummer {number}"
        return None
