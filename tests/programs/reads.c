// reads SIZE...: one read(2) of each SIZE from /dev/zero, in that order. A read that fails is asked for with -1: EBADF.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int zero = open("/dev/zero", O_RDONLY);

	// Not the name under which the loader has read libc.
	prctl(PR_SET_NAME, "reads-now");
	for (int i = 1; i < argc; i++) {
		long size = atol(argv[i]);
		char *buffer = malloc(size > 0 ? size : 1);
		syscall(SYS_read, size < 0 ? -1 : zero, buffer, size < 0 ? 0 : size);
		free(buffer);
	}
	return 0;
}
