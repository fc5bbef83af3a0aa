// Included by c_headers.trc.
#pragma once
struct from_header {
  int x;
};
typedef struct from_header good_t;
