// opens COMM N PATH: takes COMM as its name, then opens and closes PATH N times with openat.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	long n = atol(argv[2]);
	prctl(PR_SET_NAME, argv[1]);
	for (long i = 0; i < n; i++) {
		int fd = openat(AT_FDCWD, argv[3], O_RDONLY);
		if (fd >= 0)
			close(fd);
	}
	return 0;
}
