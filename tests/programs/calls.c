// A fixed list of system calls under the name calls-now, each with arguments that a test can know. What only this
// program knows is printed: `name value`, one a line.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	static char buffer[100];

	prctl(PR_SET_NAME, "calls-now");
	int fd = syscall(SYS_openat, AT_FDCWD, "calls.txt", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	long written = syscall(SYS_write, fd, "hello, kernel", 13);
	long sought = syscall(SYS_lseek, fd, -5L, SEEK_END);
	long got = syscall(SYS_read, fd, buffer, 100UL);
	long bad = syscall(SYS_lseek, fd, -99L, SEEK_SET);
	void *mapped = (void *)syscall(SYS_mmap, 0x200000000UL, 12288UL, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 4096L);
	syscall(SYS_close, fd);
	syscall(SYS_close, -7);
	syscall(SYS_dup3, 1234567, 0x7fffffff, 0x80000000U);
	prctl(PR_SET_NAME, "calls-done");
	printf("pid %d\nfd %d\nwritten %ld\nsought %ld\ngot %ld\nbad %ld\nmapped %lu\nbuffer %lu\n", getpid(), fd, written,
	       sought, got, bad, (unsigned long)mapped, (unsigned long)buffer);
	return 0;
}
