// See users.h.
#include "runtime/users.h"

#include <charconv>
#include <fstream>

#include "base/text.h"

namespace trc::runtime {

std::string_view Users::name(uint64_t uid) {
  if (!is_read_) read();
  const auto known = names_.find(uid);
  return known == names_.end() ? std::string_view() : known->second;
}

/// Lines `name:password:uid:…`; of several with one number the first counts, as in the C library.
void Users::read() {
  is_read_ = true;
  std::ifstream file(file_);
  for (std::string line; std::getline(file, line);) {
    const auto fields = split(line, ':');
    if (fields.size() < 3) continue;
    uint64_t uid = 0;
    const char* end = fields[2].data() + fields[2].size();
    auto [rest, error] = std::from_chars(fields[2].data(), end, uid);
    if (error == std::errc() && rest == end) names_.emplace(uid, fields[0]);
  }
}

} // namespace trc::runtime
