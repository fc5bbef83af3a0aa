// paced N RATE: calls getppid N times, RATE times a second, spread evenly, on the first CPU that it may use. RATE 0: as fast as
// it goes. Prints how many nanoseconds it took. What the machine can't keep up with is made up for later.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void pin(void)
{
	cpu_set_t allowed, one;
	int cpu = 0;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	while (!CPU_ISSET(cpu, &allowed))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	long long n = atoll(argv[1]), made = 0, start, passed;
	double rate = atof(argv[2]);

	pin();
	start = now();
	do {
		passed = now() - start;
		long long due = rate == 0 ? n : (long long)(passed * rate / 1e9);

		for (; made < due && made < n; made++)
			syscall(SYS_getppid);
	} while (made < n);
	printf("%lld\n", now() - start);
	return 0;
}
