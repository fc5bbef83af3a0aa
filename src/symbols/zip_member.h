// A member of a zip archive that is stored as it is: Android's programs map libraries straight from there.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace trc::symbols {

/// Where its content lies in the archive.
struct ZipMember {
  uint64_t offset = 0, size = 0; ///< bytes

  bool operator==(const ZipMember&) const = default;
};

/// `fd`: the archive, open. An error says that there is none of that name, that it is compressed, or that the
/// file is no archive. Archives of 4 GiB and more (ZIP64) are not read.
Result<ZipMember> find_zip_member(int fd, const std::string& name);

} // namespace trc::symbols
