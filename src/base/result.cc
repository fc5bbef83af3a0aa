#include "base/result.h"

#include <cerrno>
#include <cstring>

namespace trc {

std::unexpected<Error> errno_failure(int number, std::string cause, std::string hint) {
  ErrorKind kind = ErrorKind::io;
  if (number == EPERM || number == EACCES) kind = ErrorKind::no_permission;
  if (number == ENOENT || number == ESRCH) kind = ErrorKind::not_found;
  if (number == ENOSYS || number == EOPNOTSUPP || number == ENOTSUP) kind = ErrorKind::unsupported;
  return failure(kind, cause + ": " + std::strerror(number), std::move(hint));
}

} // namespace trc
