/* spin SECONDS: one thread at full speed. Last lines: `iterations=N`, the work done; `ran_ms=N`, the time in which it made progress:
 * the whole less every pause in which it stood still for longer than 10 ms. Two boxes' shares of the CPU compare by ran_ms where the
 * speed of the CPU itself changes (an emulated one's does, by a factor of two), by iterations where it does not.
 * Must become: pass, with cpu.usage of about that many seconds; less of both under cpu.max. */
#include "program.h"

#include <stdio.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    static const double round = 0.001, pause = 0.010;
    const double begin = now(), end = begin + (double)number(argc, argv, 1, -1, "spin SECONDS");
    unsigned long long iterations = 0;
    double stood_still = 0, last = begin;
    while (last < end) {
        iterations += spin_for(round);
        const double at = now();
        if (at - last - round > pause)
            stood_still += at - last - round;
        last = at;
    }
    printf("iterations=%llu\nran_ms=%.0f\n", iterations, (last - begin - stood_still) * 1000);
    return 0;
}
