"""Ranges of row hashes: section 19. Hashes are 16 bytes, lists of them ascend."""

from bisect import bisect_left

from .hashes import ZERO, total


def bounds(hashes, depth, low):
    """Where a range begins and ends in an ascending list; `low` is a number of 64 bits."""
    start = bisect_left(hashes, low.to_bytes(8, "big") + bytes(8))
    end = low + (1 << 64 - depth)
    if end >> 64:
        return start, len(hashes)
    return start, bisect_left(hashes, end.to_bytes(8, "big") + bytes(8))


def cut(hashes, depth, low):
    start, end = bounds(hashes, depth, low)
    return hashes[start:end]


def parts(hashes, depth, low, split):
    """Count and sum of each of the 2^split parts: [(depth, low, count, sum)]."""
    result = []
    for number in range(1 << split):
        part_low = low | number << 64 - depth - split if depth + split else 0
        inside = cut(hashes, depth + split, part_low)
        result.append((depth + split, part_low, len(inside), total(inside) if inside else ZERO))
    return result
