// measures: one write(2) of a struct measurement to /dev/null, and then what the C compiler says that is in it, in the form
// in which structs.test prints it.
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "measurement.h"

static struct measurement second = {.name = "second", .mood = LOST, .drift = 63, .ticks = 1};
static struct measurement first = {
	.ready = 1, .level = 21, .drift = -64, .ticks = 0xfedcba9876, .name = "first", .word = 0x80402010, .mood = BUSY,
	.track = {{1, 1L << 40}, {-2, -3}, {32767, 5}}, .grid = {{1, 2, 3}, {-4, 5, -6}}, .pairs = {{{{1, 15}}}, {{{9, 2}}}},
	.comment = "a comment", .next = &second,
};

int main(void)
{
	const struct measurement *m = &first;

	syscall(SYS_write, open("/dev/null", O_WRONLY), m, sizeof *m);
	printf("%zu %zu %zu %zu\n", sizeof *m, offsetof(struct measurement, halves), offsetof(struct measurement, track),
	       offsetof(struct measurement, next));
	printf("%d %d %d %llu\n", m->ready, m->level, m->drift, (unsigned long long)m->ticks);
	printf("%s %s\n", m->name, m->comment);
	printf("%u %u %u %u\n", m->word, m->halves[1], m->bytes[0], m->bytes[3]);
	printf("BUSY %d\n", m->mood);
	for (int i = 0; i < 3; i++)
		printf("%d %ld\n", m->track[i].x, m->track[i].y);
	for (int i = 0; i < 2; i++)
		printf("%d %d %d\n", m->grid[i][0], m->grid[i][1], m->grid[i][2]);
	for (int i = 0; i < 2; i++)
		printf("%d %d %d\n", m->pairs[i].low, m->pairs[i].high, m->pairs[i].both);
	printf("%s LOST %d %d %llu\n", m->next->name, m->next->mood, m->next->drift, (unsigned long long)m->next->ticks);
	return 0;
}
