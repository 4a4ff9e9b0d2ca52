"""Kills, starves and deceives real processes, and checks from outside what is left.

Standard library only; shares no code with the project. The server's clients are
written here on the JSON-lines form of the protocol; the devices are the real
`tangrat`. Everything comes from one seed, but for the timing of the processes.

What must hold, always:

* a write that was acknowledged is there, once, with the answer it was given;
* a write that was not is there once or not at all, and its resending makes it once;
* counters are exact: the sum of what is there, no more and no less;
* no row of another person is on a device, nor in any of its files;
* the server's own audit of its counts, sums and hashes finds nothing;
* all devices of one person end with the same bytes.
"""
