// Names of users by their numbers, from /etc/passwd: the C library's look-up needs plug-ins, which a static
// program does not have.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace trc::runtime {

class Users {
public:
  explicit Users(std::string file = "/etc/passwd") : file_(std::move(file)) {}
  /// "" for a number that has no name. The file is read when the first one is asked for.
  std::string_view name(uint64_t uid);

private:
  void read();

  std::string file_;
  bool is_read_ = false;
  std::map<uint64_t, std::string> names_;
};

} // namespace trc::runtime
