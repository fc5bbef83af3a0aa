// getppids [-p] M N: M threads (with -p processes), the i-th pinned to the i-th CPU it may use, round and round, call
// getppid N times each, all at once. They are named getppids. Prints the M ids of the threads, one a line.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long calls;
static cpu_set_t allowed;
static pthread_barrier_t *barrier;

static void pin(long i)
{
	cpu_set_t one;
	long wanted = i % CPU_COUNT(&allowed), cpu = -1;

	while (wanted >= 0)
		wanted -= CPU_ISSET(++cpu, &allowed) != 0;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void *work(void *i)
{
	char line[32];
	int length;

	pin((long)i);
	length = snprintf(line, sizeof(line), "%ld\n", (long)syscall(SYS_gettid));
	if (write(1, line, length) != length)
		_exit(1);
	if (barrier)
		pthread_barrier_wait(barrier);
	for (long n = 0; n < calls; n++)
		syscall(SYS_getppid);
	return NULL;
}

int main(int argc, char **argv)
{
	int processes = argc == 4 && !strcmp(argv[1], "-p");
	if (argc != 3 + processes)
		return 2;
	long many = atol(argv[1 + processes]);
	calls = atol(argv[2 + processes]);
	sched_getaffinity(0, sizeof(allowed), &allowed);

	if (processes) {
		for (long i = 0; i < many; i++)
			if (fork() == 0)
				return work((void *)i) != NULL;
		while (wait(NULL) > 0)
			;
		return 0;
	}
	pthread_t threads[many];
	pthread_barrier_t all;
	pthread_barrier_init(&all, NULL, many);
	barrier = &all;
	for (long i = 0; i < many; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (long i = 0; i < many; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
