// The channel for what the machine refuses: a missing file, a missing privilege, an old kernel.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace trc {

enum class ErrorKind : unsigned char {
  not_found,     ///< what was named is not there
  no_permission, ///< the kernel or the file system refuses it to this user
  unsupported,   ///< this kernel can't do it
  invalid,       ///< data from outside is not in its format
  io,            ///< reading or writing failed
  refused,       ///< the kernel's verifier or attach code said no
};

struct Error {
  ErrorKind kind;
  std::string cause; ///< what happened, lower case, no full stop
  std::string hint;  ///< what to do about it; may be empty
};

template<class T> using Result = std::expected<T, Error>;

inline std::unexpected<Error> failure(ErrorKind kind, std::string cause, std::string hint = {}) {
  return std::unexpected(Error{kind, std::move(cause), std::move(hint)});
}

/// "cause: strerror(number)" with the kind that fits the errno.
std::unexpected<Error> errno_failure(int number, std::string cause, std::string hint = {});

} // namespace trc
