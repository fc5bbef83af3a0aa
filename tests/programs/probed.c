// Functions for probes in programs, each called a known number of times: `probed [ROUNDS [wait]]`. With `wait` it first
// says that it is there, then waits for a line of input.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int level = 40;
short narrow = -2;
static volatile long total;

#define NOINLINE __attribute__((noinline, noclone))

NOINLINE long work(int count, const char *name)
{
	total += count + name[0];
	return count * 2L;
}

NOINLINE int twin(int x)
{
	total += x;
	return x + 7;
}
int other_twin(int x) __attribute__((alias("twin")));

NOINLINE static int hidden(int x)
{
	total -= x;
	return -x;
}

NOINLINE long many(long a, long b, long c, long d, long e, long f, long g)
{
	total += a + b + c + d + e + f + g;
	return -1;
}

NOINLINE int recursive(int n)
{
	return n == 0 ? 0 : 1 + recursive(n - 1) + (int)(total & 0);
}

static void *in_thread(void *unused)
{
	for (int i = 0; i < 10; i++)
		hidden(100 + i);
	return unused;
}

int main(int argc, char **argv)
{
	const int rounds = argc > 1 ? atoi(argv[1]) : 1000;

	if (argc > 2 && strcmp(argv[2], "wait") == 0) {
		char line[10];
		puts("ready");
		fflush(stdout);
		if (!fgets(line, sizeof line, stdin))
			return 1;
	}
	for (int i = 0; i < rounds; i++)
		work(i, i % 2 ? "odd" : "even");
	for (int i = 0; i < 5; i++)
		twin(i);
	hidden(1);
	many(1, 2, 3, 4, 5, 6, 7);
	recursive(9);
	pthread_t thread;
	if (pthread_create(&thread, NULL, in_thread, NULL) == 0)
		pthread_join(thread, NULL);
	return 3;
}
