// USDT probes with arguments of every size and form, each reached a known number of times. `static_probes wait` first says
// that it is there, then waits for a line of input.
#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SEMAPHORE __extension__ __attribute__((section(".probes"))) unsigned short
SEMAPHORE tests_sizes_semaphore;
SEMAPHORE tests_twelve_semaphore;
SEMAPHORE tests_text_semaphore;
SEMAPHORE tests_places_semaphore;
SEMAPHORE tests_guarded_semaphore;
SEMAPHORE tests_bare_semaphore;
SEMAPHORE tests_formed_semaphore;
SEMAPHORE tests_real_semaphore;

long shared = 777;

#define NOINLINE __attribute__((noinline, noclone))

NOINLINE static void sizes(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int64_t g, uint64_t h)
{
	STAP_PROBE8(tests, sizes, a, b, c, d, e, f, g, h);
}

// One probe at two places, whose arguments lie differently.
NOINLINE static void place_one(int a)
{
	STAP_PROBE2(tests, places, a, 1);
}

NOINLINE static void place_two(long a, int b)
{
	volatile int copy = b;
	STAP_PROBE2(tests, places, copy, (char)a);
}

// Forms that a compiler writes now and then, by hand: an element of an array, a byte of a register, a variable.
NOINLINE static void formed(const int *array, long index)
{
	__asm__ volatile("mov %0, %%rax\n\tmov %1, %%rcx\n\tmov $0x1234, %%edx\n\t"
			 "990: nop\n\t"
			 ".pushsection .note.stapsdt,\"?\",\"note\"\n\t.balign 4\n\t"
			 ".4byte 992f-991f, 994f-993f, 3\n991: .asciz \"stapsdt\"\n992: .balign 4\n"
			 "993: .8byte 990b\n\t.8byte _.stapsdt.base\n\t.8byte tests_formed_semaphore\n\t"
			 ".asciz \"tests\"\n\t.asciz \"formed\"\n\t"
			 ".asciz \"-4@(%%rax,%%rcx,4) -4@4(%%rax,%%rcx,4) 1@%%dh 1@%%dl 8@shared(%%rip) -4@$-5 8@$0x10 8f@%%xmm0\"\n"
			 "994: .balign 4\n\t.popsection"
			 :
			 : "r"(array), "r"(index)
			 : "rax", "rcx", "rdx");
}

int main(int argc, char **argv)
{
	static const int array[] = {10, 20, -30, 40};
	static const char *volatile text = "hello there";
	// What a program has not touched yet may not be in memory.
	volatile long touched = array[0] + text[0] + shared;

	if (argc > 1 && strcmp(argv[1], "wait") == 0) {
		char line[10];
		puts("ready");
		fflush(stdout);
		if (!fgets(line, sizeof line, stdin))
			return 1;
	}
	sizes(-1, 255, -2, 65535, -3, 4294967295U, -4, UINT64_MAX);
	for (int i = 0; i < 100; i++)
		STAP_PROBE12(tests, twelve, i, i + 1, i + 2, i + 3, i + 4, i + 5, i + 6, i + 7, i + 8, i + 9, i + 10, i + 11);
	STAP_PROBE1(tests, text, text);
	place_one(11);
	place_two(12, 13);
	if (tests_guarded_semaphore)
		STAP_PROBE1(tests, guarded, tests_guarded_semaphore);
	formed(array, 1);
	STAP_PROBE(tests, bare);
	STAP_PROBE1(tests, real, 1.5);
	touched++;
	printf("semaphores %d %d\n", tests_guarded_semaphore, tests_bare_semaphore);
	return 0;
}
