#include "kernel/btf.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

namespace trc {

/// The bytes of the file, mapped or read.
struct Btf::File {
  void* mapping = MAP_FAILED;
  size_t mapped = 0;
  std::unique_ptr<char[]> copy;
  std::string_view bytes;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (mapping != MAP_FAILED) ::munmap(mapping, mapped);
  }

  static Result<std::unique_ptr<File>> open(const std::string& path);
};

Result<std::unique_ptr<Btf::File>> Btf::File::open(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status;
  if (!fd || ::fstat(fd.get(), &status) != 0) return errno_failure(errno, "can't open " + path);
  auto file = std::make_unique<File>();
  file->mapped = static_cast<size_t>(status.st_size);
  file->mapping = ::mmap(nullptr, file->mapped, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (file->mapping != MAP_FAILED) {
    file->bytes = {static_cast<const char*>(file->mapping), file->mapped};
    return file;
  }
  // Kernels before 6.16 only let it be read, a page at a time.
  file->copy = std::make_unique_for_overwrite<char[]>(file->mapped);
  size_t filled = 0;
  while (filled < file->mapped) {
    ssize_t got = ::read(fd.get(), file->copy.get() + filled, file->mapped - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_failure(errno, "can't read " + path);
    if (got == 0) break;
    filled += got;
  }
  file->bytes = {file->copy.get(), filled};
  return file;
}

Btf::Btf(std::unique_ptr<File> file) : file_(std::move(file)) {}
Btf::Btf(Btf&&) noexcept = default;
Btf& Btf::operator=(Btf&&) noexcept = default;
Btf::~Btf() = default;

Result<Btf> Btf::open(const std::string& path) {
  auto file = File::open(path);
  if (!file) return std::unexpected(file.error());
  const std::string_view bytes = (*file)->bytes;
  btf_header header;
  auto broken = [&] {
    return failure(ErrorKind::invalid, path + " is not BTF of this machine's byte order");
  };
  if (bytes.size() < sizeof header) return broken();
  std::memcpy(&header, bytes.data(), sizeof header);
  auto inside = [&](uint64_t offset, uint64_t size) {
    return header.hdr_len + offset + size <= bytes.size();
  };
  if (header.magic != BTF_MAGIC || header.hdr_len < sizeof header || header.hdr_len % 4 != 0 ||
      header.type_off % 4 != 0 || !inside(header.type_off, header.type_len) ||
      !inside(header.str_off, header.str_len) || header.str_len == 0)
    return broken();

  Btf btf(std::move(*file));
  btf.types_ = bytes.substr(header.hdr_len + header.type_off, header.type_len);
  btf.strings_ = bytes.substr(header.hdr_len + header.str_off, header.str_len);
  // With these every string has an end, and each name an end of another before it.
  if (btf.strings_.front() != '\0' || btf.strings_.back() != '\0') return broken();
  return btf;
}

namespace {

/// Bytes behind the fixed part of a type, by kind: a fixed number, and one for each of its vlen members.
struct KindSize {
  uint8_t fixed, each;
};
constexpr KindSize kKindSizes[] = {
    {0, 0},                       // void: never stands in the table
    {4, 0},                       // INT
    {0, 0},                       // PTR
    {sizeof(btf_array), 0},       // ARRAY
    {0, sizeof(btf_member)},      // STRUCT
    {0, sizeof(btf_member)},      // UNION
    {0, sizeof(btf_enum)},        // ENUM
    {0, 0},                       // FWD
    {0, 0},                       // TYPEDEF
    {0, 0},                       // VOLATILE
    {0, 0},                       // CONST
    {0, 0},                       // RESTRICT
    {0, 0},                       // FUNC
    {0, sizeof(btf_param)},       // FUNC_PROTO
    {sizeof(btf_var), 0},         // VAR
    {0, sizeof(btf_var_secinfo)}, // DATASEC
    {0, 0},                       // FLOAT
    {sizeof(btf_decl_tag), 0},    // DECL_TAG
    {0, 0},                       // TYPE_TAG
    {0, sizeof(btf_enum64)},      // ENUM64
};

const btf_type& type_at(std::string_view types, uint32_t start) {
  return *reinterpret_cast<const btf_type*>(types.data() + start);
}

} // namespace

/// Steps over one more type. False at the end, and before a type of a kind from the future: its size is not
/// known, so that nothing behind it can be found.
bool Btf::extend() const {
  if (types_.size() - walked_ < sizeof(btf_type)) return false;
  const btf_type& next = type_at(types_, walked_);
  uint32_t kind = BTF_INFO_KIND(next.info);
  if (kind == BTF_KIND_UNKN || kind >= std::size(kKindSizes)) return false;
  uint64_t size =
      sizeof(btf_type) + kKindSizes[kind].fixed + uint64_t{kKindSizes[kind].each} * BTF_INFO_VLEN(next.info);
  if (size > types_.size() - walked_) return false;
  starts_.push_back(walked_);
  walked_ += size;
  return true;
}

std::optional<uint32_t> Btf::string_offset(std::string_view text) const {
  std::string needle = '\0' + std::string(text) + '\0';
  const void* found = ::memmem(strings_.data(), strings_.size(), needle.data(), needle.size());
  if (!found) return {};
  return static_cast<const char*>(found) + 1 - strings_.data();
}

std::optional<uint32_t> Btf::find(std::string_view name, std::initializer_list<uint32_t> kinds) const {
  auto offset = string_offset(name);
  if (!offset) return {};
  for (uint32_t index = 0; index < starts_.size() || extend(); ++index) {
    const btf_type& candidate = type_at(types_, starts_[index]);
    if (candidate.name_off != *offset) continue;
    uint32_t kind = BTF_INFO_KIND(candidate.info);
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return index + 1;
  }
  return {};
}

std::vector<Btf::Named> Btf::with_prefix(std::string_view prefix, uint32_t kind) const {
  std::vector<Named> found;
  for (uint32_t index = 0; index < starts_.size() || extend(); ++index) {
    const btf_type& candidate = type_at(types_, starts_[index]);
    if (BTF_INFO_KIND(candidate.info) != kind) continue;
    if (std::string_view text = name(candidate); text.starts_with(prefix)) found.push_back({text, index + 1});
  }
  return found;
}

const btf_type* Btf::type(uint32_t id) const {
  if (id == 0) return nullptr;
  while (starts_.size() < id)
    if (!extend()) return nullptr;
  return &type_at(types_, starts_[id - 1]);
}

std::string_view Btf::string(uint32_t offset) const {
  return offset < strings_.size() ? std::string_view(strings_.data() + offset) : std::string_view();
}

} // namespace trc
