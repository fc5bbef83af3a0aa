// 100,000 calls of malloc under the name allocates-now: for each size from 1 to 1000 bytes a hundred.
#include <stdlib.h>
#include <sys/prctl.h>

int main(void)
{
	static void *volatile kept;

	prctl(PR_SET_NAME, "allocates-now");
	for (int round = 0; round < 100; round++)
		for (size_t size = 1; size <= 1000; size++) {
			kept = malloc(size);
			free(kept);
		}
	prctl(PR_SET_NAME, "allocates-done");
	return kept == NULL;
}
