// What measures.c and the script of a test read alike: one compiled by the C compiler, the other by trc.
enum mood { QUIET, BUSY = 7, LOST = -1 };

struct point {
  short x;
  long y;
};

struct measurement {
  unsigned int ready : 1;
  unsigned int level : 5;
  int drift : 7;
  unsigned long long ticks : 40;
  char name[12];
  struct {
    union {
      unsigned int word;
      unsigned short halves[2];
      unsigned char bytes[4];
    };
    enum mood mood;
  };
  struct point track[3];
  int grid[2][3];
  struct {
    union {
      struct {
        unsigned char low : 4, high : 4;
      };
      signed char both;
    };
  } pairs[2];
  const char* comment;
  struct measurement* next;
} __attribute__((aligned(32)));
