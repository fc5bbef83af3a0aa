// The channel for our own bugs: a broken assumption ends the program with its place. It is never used for
// what a user's script (diagnostic.h) or the machine (result.h) can do wrong.
#pragma once

namespace trc {

[[noreturn]] void check_failed(const char* condition, const char* message, const char* file, int line);

} // namespace trc

#define TRC_CHECK(condition, message)                                                                        \
  do {                                                                                                       \
    if (!(condition)) ::trc::check_failed(#condition, message, __FILE__, __LINE__);                          \
  } while (0)
