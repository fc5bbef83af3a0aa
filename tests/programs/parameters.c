// parameters COMM: takes COMM as its name and calls functions whose parameters are of many kinds, with known values.
#include <sys/prctl.h>

enum color { RED, GREEN = 5, BLUE = -1 };
struct point { int x, y; };
struct pair { long first, second; };
struct big { long words[4]; };
union word { int number; char bytes[4]; };
struct list {
	struct list *next;
	int value;
	char name[8];
	unsigned low : 3, high : 5;
	const char *text;
	enum color color;
	struct {
		short inner;
	};
	union word word;
	double ratio;
};
typedef unsigned char byte_t;

__attribute__((noinline)) long numbers(char c, short s, int i, long l, unsigned u, _Bool b, long seventh, byte_t eighth)
{
	return c + s + i + l + u + b + seventh + eighth;
}

__attribute__((noinline)) long mixed(double d, int i, struct point point, struct pair pair, struct big big, long after,
				     struct list *list, __int128 wide, enum color color)
{
	return (long)d + i + point.x + pair.first + big.words[0] + after + list->value + (long)wide + color;
}

__attribute__((noinline)) struct big returns_big(int first)
{
	struct big big = {{first, first, first, first}};

	return big;
}

__attribute__((noinline)) int walk(const struct list *list, const char *text)
{
	int sum = text[0];

	for (; list; list = list->next)
		sum += list->value;
	return sum; // line 48: where it ends
}

__attribute__((noinline)) int variadic(const char *format, ...)
{
	return format[0];
}

int main(int argc, char **argv)
{
	struct list last = {0, 2, "last", 5, 17, "the end", BLUE, {3}, {7}, 0.5};
	struct list first = {&last, 1, "first", 1, 2, "the beginning", GREEN, {-4}, {8}, 1.5};
	struct point point = {11, -12};
	struct pair pair = {21, -22};
	struct big big = {{31, 32, 33, 34}};

	if (argc != 2)
		return 2;
	prctl(PR_SET_NAME, argv[1]);
	numbers(-1, -2, -3, -4, 5, 1, -7, 200);
	mixed(1.5, 1, point, pair, big, 41, &first, 51, GREEN);
	returns_big(61);
	walk(&first, "some text");
	return variadic("%d", 1) == 0;
}
