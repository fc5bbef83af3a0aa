// compat N M: N system calls by way of the 32-bit entry with a number that is also getppid's of the 64-bit table (110),
// then M calls of getppid. Prints whether the kernel knows the 32-bit entry.
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	for (long i = atol(argv[1]); i > 0; i--) {
		long result = SYS_getppid;
		// 110 is iopl in the 32-bit table; level 77 is refused with EINVAL.
		__asm__ volatile("int $0x80" : "+a"(result) : "b"(77L) : "memory", "r8", "r9", "r10", "r11");
		if (i == 1)
			printf("32-bit entry gave %d\n", (int)result);
	}
	for (long i = atol(argv[2]); i > 0; i--)
		syscall(SYS_getppid);
	return 0;
}
