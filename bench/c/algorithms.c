/* Answers lines of CASE SIZE MILLISECONDS with the nanoseconds of processor time of one call, or for 0 ms with its output. */
#include "snow3g.h"

#include "zuc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const uint8_t key[16] = {0x2b, 0xd6, 0x45, 0x9f, 0x82, 0xc5, 0xb3, 0x00, 0x95, 0x2c, 0x49, 0x10, 0x48, 0x81, 0xff, 0x48};
static uint8_t in[65536], out[65536];
static volatile uint32_t sink;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static void call(const char *name, uint32_t count, uint32_t size) {
  if (!strcmp(name, "eea1")) eea1(key, count, 3, 1, in, out, size);
  else if (!strcmp(name, "eea3")) eea3(key, count, 3, 1, in, out, size);
  else if (!strcmp(name, "eia1")) sink = eia1(key, count, 3, 1, in, size);
  else if (!strcmp(name, "eia3")) sink = eia3(key, count, 3, 1, in, size);
  else exit(64);
}

static void output(const char *name, uint32_t size) {
  call(name, 5, size);
  for (uint32_t at = 0; name[1] == 'e' && at < size; at++) printf("%02x", out[at]);
  if (name[1] == 'i') printf("%08x", sink);
  printf("\n");
}

static void measure(const char *name, uint32_t size, double least) {
  uint32_t count = 0;
  for (uint32_t calls = 16;; calls *= 2) {
    double begun = now();
    for (uint32_t each = 0; each < calls; each++) call(name, count++, size);
    double taken = now() - begun;
    if (taken >= least) {
      printf("%.3f\n", taken / calls);
      return;
    }
  }
}

int main(void) {
  char name[5];
  uint32_t size;
  double milliseconds;
  snow3g_tables();
  for (uint32_t at = 0; at < sizeof in; at++) in[at] = (uint8_t)(7 * at);
  while (scanf("%4s %" SCNu32 " %lf", name, &size, &milliseconds) == 3) {
    if (size > sizeof in) return 64;
    if (milliseconds == 0) output(name, size);
    else measure(name, size, 1e6 * milliseconds);
    fflush(stdout);
  }
  return 0;
}
