// writes STRING...: one write(2) of each STRING (with its final NUL, so that str() of the buffer ends) to /dev/null.
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int null = open("/dev/null", O_WRONLY);

	for (int i = 1; i < argc; i++)
		syscall(SYS_write, null, argv[i], strlen(argv[i]) + 1);
	return 0;
}
