// nested NAME N: N getppid(2), each called by innermost(), which middle() calls, which outermost() calls, under the
// name NAME. The call is made here and not in libc, whose functions keep no frame pointers.
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

__attribute__((noinline)) long innermost(void)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(SYS_getppid) : "rcx", "r11", "memory");
	return result;
}

__attribute__((noinline)) long middle(void)
{
	return innermost() + 1;
}

__attribute__((noinline)) long outermost(int times)
{
	long sum = 0;

	for (int i = 0; i < times; i++)
		sum += middle();
	return sum;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	prctl(PR_SET_NAME, argv[1]);
	return outermost(atoi(argv[2])) == 0;
}
