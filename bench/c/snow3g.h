/* SNOW 3G, 128-EEA1 and 128-EIA1 in portable C: what the bench compares with. TS 35.216, TS 33.401 B.1.2, B.2.2. */
#include <stdint.h>
#include <string.h>

static uint32_t s1_table[4][256], s2_table[4][256], mul_alpha[256], div_alpha[256];

static uint8_t mulx(uint8_t value, uint8_t reduction) { return (uint8_t)(value << 1) ^ (value & 0x80 ? reduction : 0); }

static uint8_t mulx_pow(uint8_t value, int exponent, uint8_t reduction) {
  while (exponent-- > 0) value = mulx(value, reduction);
  return value;
}

static uint8_t product(uint8_t a, uint8_t b, uint8_t reduction) {
  uint8_t sum = 0;
  for (; b; b >>= 1, a = mulx(a, reduction))
    if (b & 1) sum ^= a;
  return sum;
}

static uint8_t power(uint8_t base, int exponent, uint8_t reduction) {
  uint8_t result = 1;
  while (exponent-- > 0) result = product(result, base, reduction);
  return result;
}

static uint8_t rijndael_box(uint8_t input) {
  uint8_t inverse = power(input, 254, 0x1b), out = inverse ^ 0x63;
  for (int bits = 1; bits <= 4; bits++) out ^= (uint8_t)(inverse << bits | inverse >> (8 - bits));
  return out;
}

static uint8_t dickson_box(uint8_t input) {
  static const int exponents[] = {1, 9, 13, 15, 33, 41, 45, 47, 49};
  uint8_t out = 0x25;
  for (int at = 0; at < 9; at++) out ^= power(input, exponents[at], 0x69);
  return out;
}

static uint32_t word(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  return (uint32_t)a << 24 | (uint32_t)b << 16 | (uint32_t)c << 8 | d;
}

static void substitution(uint32_t table[4][256], uint8_t (*box)(uint8_t), uint8_t reduction) {
  for (int input = 0; input < 256; input++) {
    uint8_t out = box((uint8_t)input), twice = mulx(out, reduction), thrice = twice ^ out;
    table[0][input] = word(twice, thrice, out, out);
    table[1][input] = word(out, twice, thrice, out);
    table[2][input] = word(out, out, twice, thrice);
    table[3][input] = word(thrice, out, out, twice);
  }
}

static uint32_t powers(uint8_t input, int a, int b, int c, int d) {
  return word(mulx_pow(input, a, 0xa9), mulx_pow(input, b, 0xa9), mulx_pow(input, c, 0xa9), mulx_pow(input, d, 0xa9));
}

static void snow3g_tables(void) {
  substitution(s1_table, rijndael_box, 0x1b);
  substitution(s2_table, dickson_box, 0x69);
  for (int input = 0; input < 256; input++) {
    mul_alpha[input] = powers((uint8_t)input, 23, 245, 48, 239);
    div_alpha[input] = powers((uint8_t)input, 16, 39, 6, 64);
  }
}

static uint32_t load32(const uint8_t *octets) { return word(octets[0], octets[1], octets[2], octets[3]); }

static void store32(uint8_t *octets, uint32_t value) {
  octets[0] = (uint8_t)(value >> 24), octets[1] = (uint8_t)(value >> 16);
  octets[2] = (uint8_t)(value >> 8), octets[3] = (uint8_t)value;
}

static uint32_t substitute(uint32_t table[4][256], uint32_t input) {
  return table[0][input >> 24] ^ table[1][input >> 16 & 255] ^ table[2][input >> 8 & 255] ^ table[3][input & 255];
}

struct snow3g { uint32_t s[16], r1, r2, r3; };

/* One step; cell `t` of the ring is s0. */
#define SNOW3G_STEP(t, out, input)                                                                        \
  do {                                                                                                    \
    uint32_t *cell = &s[(t) & 15], s11 = s[((t) + 11) & 15], f = (s[((t) + 15) & 15] + r1) ^ r2;          \
    uint32_t r = r2 + (r3 ^ s[((t) + 5) & 15]), old = *cell;                                              \
    r3 = substitute(s2_table, r2), r2 = substitute(s1_table, r1), r1 = r;                                 \
    *cell = old << 8 ^ mul_alpha[old >> 24] ^ s[((t) + 2) & 15] ^ s11 >> 8 ^ div_alpha[s11 & 255];        \
    if (input) *cell ^= f;                                                                                \
    out = f ^ old;                                                                                        \
  } while (0)

static void snow3g_begin(struct snow3g *state, const uint8_t *key, const uint32_t iv[4]) {
  uint32_t *s = state->s, r1 = 0, r2 = 0, r3 = 0, out;
  for (int at = 0; at < 4; at++) {
    s[at + 4] = s[at + 12] = load32(key + 12 - 4 * at);
    s[at] = s[at + 8] = ~s[at + 4];
  }
  s[15] ^= iv[3], s[12] ^= iv[2], s[10] ^= iv[1], s[9] ^= iv[0];
  for (int round = 0; round < 2; round++)
#pragma GCC unroll 16
    for (int t = 0; t < 16; t++) SNOW3G_STEP(t, out, 1);
  SNOW3G_STEP(0, out, 0);
  (void)out;
  uint32_t first = s[0];
  memmove(s, s + 1, 60);
  s[15] = first;
  state->r1 = r1, state->r2 = r2, state->r3 = r3;
}

/* out = in xor keystream, `size` octets. */
static void snow3g_xor(struct snow3g *state, const uint8_t *in, uint8_t *out, uint32_t size) {
  uint32_t s[16], r1 = state->r1, r2 = state->r2, r3 = state->r3, z;
  memcpy(s, state->s, 64);
  for (; size >= 64; size -= 64, in += 64, out += 64)
#pragma GCC unroll 16
    for (int t = 0; t < 16; t++) {
      SNOW3G_STEP(t, z, 0);
      store32(out + 4 * t, load32(in + 4 * t) ^ z);
    }
  for (int t = 0; size > 0; t++) {
    uint32_t part = size < 4 ? size : 4;
    SNOW3G_STEP(t, z, 0);
    for (uint32_t at = 0; at < part; at++) out[at] = in[at] ^ (uint8_t)(z >> (24 - 8 * at));
    size -= part, in += part, out += part;
  }
}

static void eea1(const uint8_t *key, uint32_t count, uint32_t bearer, uint32_t direction, const uint8_t *in,
                 uint8_t *out, uint32_t size) {
  struct snow3g state;
  uint32_t second = bearer << 27 | direction << 26, iv[4] = {count, second, count, second};
  snow3g_begin(&state, key, iv);
  snow3g_xor(&state, in, out, size);
}

/* The products of `factor` with all polynomials of degree below 4 in GF(2^64). */
static void multiples(uint64_t table[16], uint64_t factor) {
  table[0] = 0, table[1] = factor;
  for (int n = 2; n < 16; n += 2) {
    table[n] = table[n / 2] << 1 ^ (table[n / 2] >> 63 ? 0x1b : 0);
    table[n + 1] = table[n] ^ factor;
  }
}

static uint64_t multiply(const uint64_t table[16], uint64_t value) {
  static const uint8_t reduction[16] = {0x00, 0x1b, 0x36, 0x2d, 0x6c, 0x77, 0x5a, 0x41,
                                        0xd8, 0xc3, 0xee, 0xf5, 0xb4, 0xaf, 0x82, 0x99};
  uint64_t result = 0;
  for (int shift = 60; shift >= 0; shift -= 4)
    result = result << 4 ^ reduction[result >> 60] ^ table[value >> shift & 15];
  return result;
}

static uint32_t eia1(const uint8_t *key, uint32_t count, uint32_t bearer, uint32_t direction, const uint8_t *in,
                     uint32_t size) {
  struct snow3g state;
  uint8_t z[20] = {0}, last[8] = {0};
  uint32_t fresh = bearer << 27, iv[4] = {count, fresh, count ^ direction << 31, fresh ^ direction << 15};
  uint64_t table[16], sum = 0, bits = 8 * (uint64_t)size;
  snow3g_begin(&state, key, iv);
  snow3g_xor(&state, z, z, 20);
  multiples(table, (uint64_t)load32(z) << 32 | load32(z + 4));
  for (; size >= 8; size -= 8, in += 8)
    sum = multiply(table, sum ^ ((uint64_t)load32(in) << 32 | load32(in + 4)));
  if (size > 0) {
    memcpy(last, in, size);
    sum = multiply(table, sum ^ ((uint64_t)load32(last) << 32 | load32(last + 4)));
  }
  multiples(table, (uint64_t)load32(z + 8) << 32 | load32(z + 12));
  return (uint32_t)(multiply(table, sum ^ bits) >> 32) ^ load32(z + 16);
}
