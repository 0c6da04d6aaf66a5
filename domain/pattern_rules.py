"""By what measure patterns of conduct are looked for: the values of `policy/patterns.yaml`.

Policies kept from before there was such a file get what it said first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PatternRules:
    """See `policy/patterns.yaml`, where each value has its source. Shares are from 0 to 1."""

    window_days: int = 180
    least_base: int = 30
    """A subject with fewer cases is not judged."""
    least_pairs: int = 10
    """The same of two units, who seldom hand on so many to each other."""
    least_peers: int = 30
    """Nor is one whose peers together have fewer."""
    least_cases: int = 5
    """A finding has at least so many cases behind it."""
    times: float = 2
    """A finding's share is at least so many times that of the peers."""
    confidence: float = 0.95
    false_share: float = 0.05
    """Of all that is found no more than this share is expected to be chance."""
    last_minutes: int = 30
    always: float = 0.99
    """Ratings are “always” satisfied from this share on."""
    reply_likeness: float = 0.7
    reply_grams: int = 20
    reply_group: int = 5
    """The same reply for so many different requests."""
    request_likeness: float = 0.5
    """Requests that share so much are one matter that many report."""
    request_words: int = 3
    shared_words: int = 1
    silent: frozenset[str] = frozenset()
    """Words that say nothing of a matter."""
