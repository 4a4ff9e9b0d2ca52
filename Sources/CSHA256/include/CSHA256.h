// SHA-256 blocks by the processor's own instructions, which Swift cannot name.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has the instructions.
int csha256_is_available(void);

/// Takes whole blocks of 64 bytes into the eight words of a state.
///
/// Only where csha256_is_available() says so; elsewhere it does nothing.
void csha256_compress(uint32_t state[8], const uint8_t *blocks, size_t count);
