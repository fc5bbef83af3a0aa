// Included by c_headers.trc.
#pragma once
#define LENGTH(x) sizeof(x)
struct mistaken {
  unknown_to_all x;
};
